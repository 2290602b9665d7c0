using System.CommandLine;
using Broker.Core;
using Broker.Core.Access;
using Broker.Core.Database;
using Broker.Core.Users;
using Command = System.CommandLine.Command;

namespace Broker.Cli;

/// <summary><c>broker grants</c>.</summary>
internal static class Grants
{
    public static Command Command(Terminal terminal) => new("grants", "What people and groups may do, and how far.")
    {
        Show(terminal),
        Set(terminal),
        Reset(terminal),
    };

    private static Command Show(Terminal terminal)
    {
        var (whose, group) = Whose();
        var command = new Command("show", "Show what somebody may do, how far and why; or what a group gives.") { whose, group };
        command.SetAction(async (parsed, cancel) =>
        {
            var rows = await Settings.Open(parsed, terminal).Read(async s =>
            {
                if (parsed.GetValue(group))
                {
                    var given = await UserGroupsTable.GrantsOf(s, (await Groups.Find(s, parsed.GetRequiredValue(whose))).Id);
                    return Enum.GetValues<Grant>().Where(given.ContainsKey).Select(g => (Grant: g, Reach: given[g], Source: "set for the group")).ToList();
                }

                var user = await Users.Find(s, parsed.GetRequiredValue(whose));
                if (user.IsAdmin) return [.. Enum.GetValues<Grant>().Select(g => (g, Reach.All, "administrator"))];
                var (own, groups) = await UsersTable.GrantsOf(s, user.Id);
                var all = Holdings.Resolve(own, groups);
                return [.. Enum.GetValues<Grant>().Select(g => (g, all[g].Reach, own.ContainsKey(g) ? "set for this person" : all[g].Source))];
            }, cancel);
            await terminal.AnswerTable(parsed, rows.Select(r => new { r.Grant, r.Reach, r.Source }), ["GRANT", "REACH", "SOURCE", "TO"],
                rows.Select(r => (Cell[])[Word.Of(r.Grant), Word.Of(r.Reach), r.Source, May.Describe(r.Grant)]));
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Set(Terminal terminal)
    {
        var reach = new Argument<string>("REACH") { Description = "How far: nothing, one's own, also clones of one's own bases, also any clone, everything." };
        reach.AcceptOnlyFromAmong([.. Enum.GetValues<Reach>().Select(Word.Of)]);
        return Verb(terminal, "set", "Set how far somebody, or a group's members, reach with a grant.", parsed => Word.Parse<Reach>(parsed.GetRequiredValue(reach)), reach);
    }

    private static Command Reset(Terminal terminal) =>
        Verb(terminal, "reset", "Let somebody have what his groups give, or everybody has; or let a group say nothing of it.", _ => null);

    private static Command Verb(Terminal terminal, string verb, string description, Func<ParseResult, Reach?> reach, Argument? to = null)
    {
        var (whose, group) = Whose();
        var grant = new Argument<string>("GRANT") { Description = "The grant." };
        grant.AcceptOnlyFromAmong([.. Enum.GetValues<Grant>().Select(Word.Of)]);
        var by = Settings.AsOption();
        var command = new Command(verb, description) { whose, grant };
        if (to is not null) command.Arguments.Add(to);
        command.Options.Add(group);
        command.Options.Add(by);
        command.SetAction(async (parsed, cancel) =>
        {
            var (name, which, far) = (parsed.GetRequiredValue(whose), Word.Parse<Grant>(parsed.GetRequiredValue(grant)), reach(parsed));
            var now = await Settings.Open(parsed, terminal).Transaction(async s =>
            {
                var caller = await Settings.Caller(s, parsed.GetValue(by), terminal);
                return parsed.GetValue(group) ? await SetForGroup(s, caller, name, which, far) : await SetForUser(s, caller, name, which, far);
            }, cancel);
            await terminal.Answer(parsed, new { grant = which, now.Reach, now.Source }, $"{name}: {Word.Of(which)} reaches {Word.Of(now.Reach)} ({now.Source}).");
            return ExitCode.Done;
        });
        return command;
    }

    private static async Task<Holding> SetForUser(DbSession db, Caller caller, string name, Grant grant, Reach? reach)
    {
        var user = await Users.Find(db, name);
        await Granting.Set(db, caller, user, grant, reach);
        var (own, groups) = await UsersTable.GrantsOf(db, user.Id);
        return reach is { } set ? new Holding(set, "set for this person") : Holdings.Resolve(own, groups)[grant];
    }

    private static async Task<Holding> SetForGroup(DbSession db, Caller caller, string name, Grant grant, Reach? reach)
    {
        await Granting.Set(db, caller, await Groups.Find(db, name), grant, reach);
        return reach is { } set ? new Holding(set, "set for the group") : Holdings.Everybodys[grant];
    }

    private static (Argument<string> Whose, Option<bool> Group) Whose() => (
        new Argument<string>("NAME") { Description = "Sign-in name, or the group's name with --group." },
        new Option<bool>("--group") { Description = "NAME is a group's." });
}
