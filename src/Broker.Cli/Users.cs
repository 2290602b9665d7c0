using System.CommandLine;
using Broker.Core.Database;
using Broker.Core.Users;

namespace Broker.Cli;

/// <summary><c>broker user</c>.</summary>
internal static class Users
{
    public static Command Command(Terminal terminal) => new("user", "Accounts.")
    {
        Add(terminal),
        List(terminal),
        Password(terminal),
    };

    /// <summary>The user of this name.</summary>
    /// <exception cref="CommandFailedException">There is none.</exception>
    public static async Task<UserRow> Find(DbSession db, string name) =>
        await UsersTable.Find(db, name) ?? throw new CommandFailedException($"There is no user called {name}. 'broker user list' shows who there is.");

    private static Command Add(Terminal terminal)
    {
        var name = new Argument<string>("NAME") { Description = "Sign-in name." };
        var displayName = new Option<string?>("--display-name") { Description = "The name people read. Default: the sign-in name.", HelpName = "TEXT" };
        var admin = new Option<bool>("--admin") { Description = "May do everything." };
        var mustChange = new Option<bool>("--must-change-password") { Description = "Has to choose a password of his own at the first sign-in." };
        var ifMissing = new Option<bool>("--if-missing") { Description = "Succeed without a change when there is such a user already." };
        var fromInput = PasswordStdin();
        var command = new Command("add", "Make an account.") { name, displayName, admin, mustChange, ifMissing, fromInput };
        command.SetAction(async (parsed, cancel) =>
        {
            var db = Settings.Open(parsed, terminal);
            var called = parsed.GetRequiredValue(name);
            if (UserNames.Problems(called).ToList() is { Count: > 0 } problems) throw new CommandFailedException(string.Join(' ', problems), ExitCode.Usage);
            if (await db.Read(s => UsersTable.Find(s, called), cancel) is { } there) return await AlreadyThere(there.Name);

            var hash = Passwords.Hash(await ReadPassword(terminal, parsed.GetValue(fromInput), called));
            try
            {
                await db.Transaction(async s =>
                {
                    var id = await UsersTable.Insert(s, called, parsed.GetValue(displayName) ?? called, hash, parsed.GetValue(admin), parsed.GetValue(mustChange));
                    await UsersTable.Audit(s, null, null, "user_added", called, new { id, is_admin = parsed.GetValue(admin), by = "command line" });
                }, cancel);
            }
            catch (Exception e) when (Db.IsDuplicateKey(e))
            {
                return await AlreadyThere(called);
            }

            await terminal.Say($"{called} can sign in now.");
            return ExitCode.Done;

            Task<int> AlreadyThere(string taken) => parsed.GetValue(ifMissing)
                ? Task.FromResult(ExitCode.Done)
                : throw new CommandFailedException($"There is already a user called {taken}. Choose another name, or set a new password: broker user password {taken} --password-stdin.");
        });
        return command;
    }

    private static Command List(Terminal terminal)
    {
        var json = Settings.JsonOption();
        var command = new Command("list", "Show all accounts.") { json };
        command.SetAction(async (parsed, cancel) =>
        {
            var users = await Settings.Open(parsed, terminal).Read(UsersTable.All, cancel);
            if (parsed.GetValue(json))
                await terminal.WriteJson(users.Select(u => new { u.Id, u.Name, u.DisplayName, u.IsAdmin, u.IsDisabled, u.MustChangePassword, u.CreatedAt, u.LastSignInAt }));
            else
                terminal.WriteTable(["NAME", "DISPLAY NAME", "ROLE", "LAST SIGN-IN"],
                    users.Select(u => (string[])[u.Name, u.DisplayName, u.IsDisabled ? "disabled" : u.IsAdmin ? "administrator" : "", Terminal.When(u.LastSignInAt)]));
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Password(Terminal terminal)
    {
        var name = new Argument<string>("NAME") { Description = "Sign-in name." };
        var mustChange = new Option<bool>("--must-change-password") { Description = "Has to choose a password of his own at the next sign-in." };
        var fromInput = PasswordStdin();
        var command = new Command("password", "Set an account's password. Its sessions end.") { name, mustChange, fromInput };
        command.SetAction(async (parsed, cancel) =>
        {
            var db = Settings.Open(parsed, terminal);
            var user = await db.Read(s => Find(s, parsed.GetRequiredValue(name)), cancel);
            var hash = Passwords.Hash(await ReadPassword(terminal, parsed.GetValue(fromInput), user.Name));
            await db.Transaction(async s =>
            {
                await UsersTable.SetPassword(s, user.Id, hash, parsed.GetValue(mustChange));
                await UsersTable.Audit(s, null, null, "password_set", user.Name, new { id = user.Id, by = "command line" });
            }, cancel);
            await terminal.Say($"{user.Name} has a new password.");
            return ExitCode.Done;
        });
        return command;
    }

    private static Option<bool> PasswordStdin() => new("--password-stdin") { Description = "Read the password from standard input, one line. There is no other way to give it: arguments can be seen by others." };

    private static async Task<string> ReadPassword(Terminal terminal, bool fromInput, string name)
    {
        if (!fromInput) throw new CommandFailedException("The password comes by standard input: add --password-stdin and write it there.", ExitCode.Usage);
        var password = await terminal.In.ReadLineAsync() ?? throw new CommandFailedException("There is no password on standard input.", ExitCode.Usage);
        var problems = Passwords.Problems(password, name).ToList();
        return problems.Count == 0 ? password : throw new CommandFailedException(string.Join(' ', problems));
    }
}
