using System.CommandLine;
using Broker.Core.Access;
using Broker.Core.Database;
using Broker.Core.Users;
using Command = System.CommandLine.Command;

namespace Broker.Cli;

/// <summary><c>broker groups</c>.</summary>
internal static class Groups
{
    public static Command Command(Terminal terminal) => new("groups", "Groups of people.")
    {
        List(terminal),
        Show(terminal),
        Add(terminal),
        Describe(terminal),
        Remove(terminal),
        Member(terminal, "add-member", "Put somebody into a local group.", UserGroups.Add, "{0} is in {1} now."),
        Member(terminal, "remove-member", "Take somebody out of a local group.", UserGroups.Remove, "{0} is not in {1} any more."),
        GroupUploadVerb.Command(terminal),
    };

    /// <summary>The group of this name.</summary>
    /// <exception cref="CommandFailedException">There is none.</exception>
    public static async Task<UserGroupRow> Find(DbSession db, string name) =>
        await UserGroupsTable.Find(db, name) ?? throw new CommandFailedException($"There is no group called {name}. 'broker groups list' shows which there are.", word: "unknown_group");

    private static Command List(Terminal terminal)
    {
        var command = new Command("list", "Show all groups.");
        command.SetAction(async (parsed, cancel) =>
        {
            var groups = await Settings.Open(parsed, terminal).Read(UserGroupsTable.All, cancel);
            await terminal.AnswerTable(parsed, groups.Select(View), ["NAME", "SOURCE", "MEMBERS", "DESCRIPTION"],
                groups.Select(g => (Cell[])[g.Name, g.ExternalId is null ? Core.Word.Of(g.Source) : $"{Core.Word.Of(g.Source)}: {g.ExternalId}", $"{g.Members}", g.Description ?? ""]));
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Show(Terminal terminal)
    {
        var name = new Argument<string>("NAME") { Description = "The group." };
        var command = new Command("show", "Show a group and who is in it. What it gives: broker grants show --group NAME.") { name };
        command.SetAction(async (parsed, cancel) =>
        {
            var (group, members) = await Settings.Open(parsed, terminal).Read(async s =>
            {
                var found = await Find(s, parsed.GetRequiredValue(name));
                return (found, (await UsersTable.List(s, new UserFilter { Group = found.Id }, 0, int.MaxValue)).Users.Select(u => u.Name).ToList());
            }, cancel);
            await terminal.Answer(parsed, new { group = View(group), members },
                $"{group.Name}, {Core.Word.Of(group.Source)}{(group.ExternalId is null ? "" : $": {group.ExternalId}")}{(group.Description is null ? "" : $"\n{group.Description}")}\n{(members.Count == 0 ? "Nobody is in it." : string.Join('\n', members))}");
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Add(Terminal terminal)
    {
        var name = new Argument<string>("NAME") { Description = "What people call it." };
        var description = new Option<string?>("--description") { Description = "What it is for.", HelpName = "TEXT" };
        var ldap = new Option<string?>("--ldap") { Description = "It is a group of the LDAP directory: its distinguished name. Who is in it is found at each sign-in.", HelpName = "DN" };
        var oidc = new Option<string?>("--oidc") { Description = "It is a group of the OpenID provider: the word in its claim.", HelpName = "WORD" };
        var by = Settings.AsOption();
        var command = new Command("add", "Make a group, or make one of a directory known.") { name, description, ldap, oidc, by };
        command.SetAction(async (parsed, cancel) =>
        {
            if (parsed.GetValue(ldap) is not null && parsed.GetValue(oidc) is not null) throw new CommandFailedException("--ldap and --oidc: a group is of one of them.", ExitCode.Usage);
            var source = parsed.GetValue(ldap) is not null ? AccountSource.Ldap : parsed.GetValue(oidc) is not null ? AccountSource.Oidc : AccountSource.Local;
            var group = await Settings.Open(parsed, terminal).Transaction(async s => await UserGroups.Create(
                s, await Settings.Caller(s, parsed.GetValue(by), terminal), parsed.GetRequiredValue(name), source, parsed.GetValue(ldap) ?? parsed.GetValue(oidc), parsed.GetValue(description)), cancel);
            await terminal.Answer(parsed, View(group), $"{group.Name} is a group now.");
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Describe(Terminal terminal)
    {
        var text = new Argument<string>("TEXT") { Description = "What it is for." };
        return Verb(terminal, "describe", "Say what a group is for.", async (s, by, group, parsed) =>
        {
            await UserGroups.Describe(s, by, group, parsed.GetRequiredValue(text));
            return (View(await Find(s, group.Name)), $"{group.Name} is described.");
        }, text);
    }

    private static Command Remove(Terminal terminal) =>
        Verb(terminal, "remove", "Remove a group. Its members lose what it gives them.", async (s, by, group, _) =>
        {
            await UserGroups.Remove(s, by, group);
            return (View(group), $"{group.Name} is no group any more.");
        });

    private static Command Member(Terminal terminal, string verb, string description, Func<DbSession, Caller, UserGroupRow, UserRow, Task> change, string outcome)
    {
        var user = new Argument<string>("USER") { Description = "Sign-in name." };
        return Verb(terminal, verb, description, async (s, by, group, parsed) =>
        {
            var person = await Users.Find(s, parsed.GetRequiredValue(user));
            await change(s, by, group, person);
            return (View(await Find(s, group.Name)), string.Format(System.Globalization.CultureInfo.InvariantCulture, outcome, person.Name, group.Name));
        }, user);
    }

    private static Command Verb(Terminal terminal, string verb, string description, Func<DbSession, Caller, UserGroupRow, ParseResult, Task<(object View, string Text)>> change, Argument? second = null)
    {
        var name = new Argument<string>("NAME") { Description = "The group." };
        var by = Settings.AsOption();
        var command = new Command(verb, description) { name, by };
        if (second is not null) command.Arguments.Add(second);
        command.SetAction(async (parsed, cancel) =>
        {
            var (view, text) = await Settings.Open(parsed, terminal).Transaction(async s =>
            {
                var group = await Find(s, parsed.GetRequiredValue(name));
                return await change(s, await Settings.Caller(s, parsed.GetValue(by), terminal), group, parsed);
            }, cancel);
            await terminal.Answer(parsed, view, text);
            return ExitCode.Done;
        });
        return command;
    }

    private static object View(UserGroupRow g) => new { g.Id, g.Name, g.Source, g.ExternalId, g.Description, g.Members, g.CreatedAt };
}
