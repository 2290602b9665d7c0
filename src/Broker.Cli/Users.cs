using System.CommandLine;
using System.Net;
using Broker.Core.Access;
using Broker.Core.Audit;
using Broker.Core.Database;
using Broker.Core.Requests;
using Broker.Core.Settings;
using Broker.Core.Users;
using Argument = System.CommandLine.Argument;
using Command = System.CommandLine.Command;

namespace Broker.Cli;

/// <summary><c>broker users</c>.</summary>
internal static class Users
{
    public static Command Command(Terminal terminal)
    {
        var command = new Command("users", "Accounts.")
        {
            List(terminal),
            Show(terminal),
            Add(terminal),
            DisplayName(terminal),
            Password(terminal),
            UserUploadVerb.Command(terminal),
            Unlock(terminal),
            FirstAdminLink(terminal),
            Change(terminal, "make-admin", "Make somebody an administrator. His sessions end.", (s, by, u) => UserAdministration.SetAdmin(s, by, u, true), "is an administrator"),
            Change(terminal, "remove-admin", "Take away what makes somebody an administrator. His sessions end.", (s, by, u) => UserAdministration.SetAdmin(s, by, u, false), "is no administrator"),
            Change(terminal, "disable", "Let somebody neither sign in nor ask for anything. His sessions end.", (s, by, u) => UserAdministration.SetDisabled(s, by, u, true), "is disabled"),
            Change(terminal, "enable", "Let somebody sign in again.", (s, by, u) => UserAdministration.SetDisabled(s, by, u, false), "can sign in"),
        };
        foreach (var verb in CatalogueVerbs.Of("users", terminal)) command.Subcommands.Add(verb);
        return command;
    }

    /// <summary>The user of this name.</summary>
    /// <exception cref="CommandFailedException">There is none.</exception>
    public static async Task<UserRow> Find(DbSession db, string name) =>
        await UsersTable.Find(db, name) ?? throw new CommandFailedException($"There is no user called {name}. 'broker users list' shows who there is.", word: "unknown_user");

    private static Command Add(Terminal terminal)
    {
        var name = new Argument<string>("NAME") { Description = "Sign-in name." };
        var displayName = new Option<string?>("--display-name") { Description = "The name people read. Default: the sign-in name.", HelpName = "TEXT" };
        var admin = new Option<bool>("--admin") { Description = "May do everything." };
        var mustChange = new Option<bool>("--must-change-password") { Description = "Has to choose a password of his own at the first sign-in." };
        var temporary = new Option<bool>("--temporary") { Description = "Comes for one desktop and goes with it: his desktops are removed when they end, and the account with the last of them." };
        var ifMissing = new Option<bool>("--if-missing") { Description = "Succeed without a change when there is such a user already." };
        var fromInput = PasswordStdin();
        var command = new Command("add", "Make an account.") { name, displayName, admin, mustChange, temporary, ifMissing, fromInput };
        command.SetAction(async (parsed, cancel) =>
        {
            var db = Settings.Open(parsed, terminal);
            var called = parsed.GetRequiredValue(name);
            if (parsed.GetValue(temporary) && parsed.GetValue(admin)) throw new CommandFailedException("--temporary and --admin: an administrator is not forgotten with his last desktop.", ExitCode.Usage);
            if (UserNames.Problems(called).ToList() is { Count: > 0 } problems) throw new CommandFailedException(string.Join(' ', problems), ExitCode.Usage);
            if (await db.Read(s => UsersTable.Find(s, called), cancel) is { } there) return await AlreadyThere(there.Name);

            var hash = Passwords.Hash(await ReadPassword(terminal, parsed.GetValue(fromInput), called));
            try
            {
                await db.Transaction(async s =>
                {
                    var id = await UsersTable.Insert(s, called, parsed.GetValue(displayName) ?? called, hash, parsed.GetValue(admin), parsed.GetValue(mustChange), parsed.GetValue(temporary));
                    await AuditTable.Insert(s, null, null, "user_added", called, new { id, is_admin = parsed.GetValue(admin), by = "command line" });
                }, cancel);
            }
            catch (Exception e) when (Db.IsDuplicateKey(e))
            {
                return await AlreadyThere(called);
            }

            return await Answer("can sign in now", called);

            async Task<int> AlreadyThere(string taken) => parsed.GetValue(ifMissing)
                ? await Answer(null, taken)
                : throw new CommandFailedException($"There is already a user called {taken}. Choose another name, or set a new password: broker users password {taken} --password-stdin.", word: "name_taken");

            async Task<int> Answer(string? what, string who)
            {
                if (what is not null || Settings.IsJson(parsed))
                    await terminal.Answer(parsed, View(await db.Read(s => Find(s, who), cancel)), $"{who} {what}.");
                return ExitCode.Done;
            }
        });
        return command;
    }

    private static Command List(Terminal terminal)
    {
        var text = new Option<string?>("--text") { Description = "Only those with this in their sign-in name or the name people read.", HelpName = "TEXT" };
        var group = new Option<string?>("--group") { Description = "Only those who are in this group.", HelpName = "GROUP" };
        var command = new Command("list", "Show accounts.") { text, group };
        command.SetAction(async (parsed, cancel) =>
        {
            var users = await Settings.Open(parsed, terminal).Read(async s => (await UsersTable.List(s, new UserFilter
            {
                Text = parsed.GetValue(text),
                Group = parsed.GetValue(group) is { } name ? (await Groups.Find(s, name)).Id : null,
            }, 0, int.MaxValue)).Users, cancel);
            await terminal.AnswerTable(parsed, users.Select(View), ["NAME", "DISPLAY NAME", "ROLE", "LAST SIGN-IN"],
                users.Select(u => (Cell[])[u.Name, u.DisplayName, u.IsDisabled ? new Cell("disabled", Tone.Middling) : u.IsAdmin ? "administrator" : u.IsTemporary ? "temporary" : "", Terminal.When(u.LastSignInAt)]));
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Show(Terminal terminal)
    {
        var name = new Argument<string>("NAME") { Description = "Sign-in name." };
        var command = new Command("show", "Show an account with its groups and machines. What it may do: broker grants show NAME.") { name };
        command.SetAction(async (parsed, cancel) =>
        {
            var (user, groups, machines) = await Settings.Open(parsed, terminal).Read(async s =>
            {
                var found = await Find(s, parsed.GetRequiredValue(name));
                return (found, (await UserGroupsTable.Of(s, found.Id)).Select(g => g.Name).ToList(), (await UsersTable.MachinesOf(s, found.Id)).Select(m => m.Name).ToList());
            }, cancel);
            await terminal.Answer(parsed, new { user = View(user), groups, machines },
                $"""
                {user.Name} ({user.DisplayName})
                role          {(user.IsAdmin ? "administrator" : user.IsTemporary ? "temporary" : "user")}{(user.IsDisabled ? ", disabled" : "")}
                password      {(user.Source is AccountSource.Local ? user.PasswordHash is null ? "none" : user.MustChangePassword ? "has to be changed" : "set" : $"of {Core.Word.Of(user.Source)}")}
                last sign-in  {Terminal.When(user.LastSignInAt)}
                groups        {(groups.Count == 0 ? "none" : string.Join(", ", groups))}
                machines      {(machines.Count == 0 ? "none" : string.Join(", ", machines))}
                """);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command DisplayName(Terminal terminal)
    {
        var to = new Argument<string>("TEXT") { Description = "The name people read." };
        return Change(terminal, "display-name", "Change the name that people read.", (s, by, u, parsed) => UserAdministration.SetDisplayName(s, by, u, parsed.GetRequiredValue(to)), "has another name now", to);
    }

    private static Command Change(Terminal terminal, string verb, string description, Func<DbSession, Caller, UserRow, Task> change, string outcome) =>
        Change(terminal, verb, description, (s, by, u, _) => change(s, by, u), outcome);

    private static Command Change(
        Terminal terminal, string verb, string description, Func<DbSession, Caller, UserRow, ParseResult, Task> change, string outcome, Argument? to = null)
    {
        var name = new Argument<string>("NAME") { Description = "Sign-in name." };
        var by = Settings.AsOption();
        var command = new Command(verb, description) { name, by };
        if (to is not null) command.Arguments.Add(to);
        command.SetAction(async (parsed, cancel) =>
        {
            var user = await Settings.Open(parsed, terminal).Transaction(async s =>
            {
                var found = await Find(s, parsed.GetRequiredValue(name));
                await change(s, await Settings.Caller(s, parsed.GetValue(by), terminal), found, parsed);
                return await Find(s, found.Name);
            }, cancel);
            await terminal.Answer(parsed, View(user), $"{user.Name} {outcome}.");
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Unlock(Terminal terminal)
    {
        var name = new Argument<string>("NAME") { Description = "Sign-in name." };
        var secondFactor = new Option<bool>("--remove-second-factor") { Description = "Also let him sign in without his second factor, if he has one; his sessions end." };
        var by = Settings.AsOption();
        var command = new Command("unlock", "Let somebody's sign-ins count again after too many that failed.") { name, secondFactor, by };
        command.SetAction(async (parsed, cancel) =>
        {
            var user = await Settings.Open(parsed, terminal).Transaction(async s =>
            {
                var caller = await Settings.Caller(s, parsed.GetValue(by), terminal);
                if (May.Do(caller, Grant.ManageUsers, null) is { IsAllowed: false } no) throw new RequestRefusedException("not_allowed", no.Reason);
                var found = await Find(s, parsed.GetRequiredValue(name));
                if (found.IsAdmin && !caller.IsAdmin) throw new RequestRefusedException("not_allowed", "How an administrator signs in is for administrators to change.");
                await UsersTable.Unlock(s, found.Id);
                await AuditTable.Insert(s, caller.UserId, caller.Address, "user_unlocked", found.Name, new { user = found.Id });
                if (parsed.GetValue(secondFactor) && await SecondFactorsTable.Remove(s, found.Id))
                {
                    await SessionsTable.EndAll(s, found.Id);
                    await AuditTable.Insert(s, caller.UserId, caller.Address, "user_second_factor_removed", found.Name, new { user = found.Id });
                }

                return found;
            }, cancel);
            await terminal.Answer(parsed, View(user), $"{user.Name} can sign in.");
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
                await AuditTable.Insert(s, null, null, "password_set", user.Name, new { id = user.Id, by = "command line" });
            }, cancel);
            await terminal.Answer(parsed, View(user with { MustChangePassword = parsed.GetValue(mustChange) }), $"{user.Name} has a new password.");
            return ExitCode.Done;
        });
        return command;
    }

    private static object View(UserRow u) => new { u.Id, u.Name, u.DisplayName, u.IsAdmin, u.IsTemporary, u.IsDisabled, u.MustChangePassword, u.CreatedAt, u.LastSignInAt };

    private static Command FirstAdminLink(Terminal terminal)
    {
        var command = new Command("first-admin-link", "Print a link that makes one administrator: it counts once, for a day. Earlier ones no longer count.");
        command.SetAction(async (parsed, cancel) =>
        {
            var token = await Settings.Open(parsed, terminal).Transaction(FirstAdminLinks.Issue, cancel);
            var link = FirstAdminLinks.Address(Settings.Read<FrontEndSettings>(parsed, terminal).Urls, Dns.GetHostName(), token);
            await terminal.Answer(parsed, new { link }, link);
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
