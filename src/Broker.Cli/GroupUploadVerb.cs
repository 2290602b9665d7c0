using System.CommandLine;
using Broker.Core.Users;
using Command = System.CommandLine.Command;

namespace Broker.Cli;

/// <summary><c>broker groups upload</c>.</summary>
internal static class GroupUploadVerb
{
    public static Command Command(Terminal terminal)
    {
        var file = new Argument<string>("FILE")
        {
            Description = "CSV with a head, a JSON list, or lines of names, in UTF-8; - for standard input. "
                + $"Columns: {string.Join(", ", GroupUpload.Columns)}, each with one name or several with | between them.",
        };
        var group = new Option<string?>("--group") { Description = "The group of those of whom the list does not say it.", HelpName = "NAME" };
        var flush = new Option<bool>("--flush") { Description = "The members of each group that the list names become exactly those that it names." };
        var removeEmpty = new Option<bool>("--remove-empty") { Description = "Remove groups that the list names and that nobody is in afterwards." };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only tell what would become of each line and group." };
        var by = Settings.AsOption();
        var command = new Command("upload", "Put many people into local groups, all or none. Groups that are not there are made.")
        {
            file, group, flush, removeEmpty, dryRun, by,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            var db = Settings.Open(parsed, terminal);
            var text = await UserUploadVerb.Read(terminal, parsed.GetRequiredValue(file), cancel);
            var (caller, usual) = await db.Read(async s =>
                (await Settings.Caller(s, parsed.GetValue(by), terminal), parsed.GetValue(group) is { } name ? (await Groups.Find(s, name)).Name : null), cancel);
            var terms = new GroupUploadTerms(usual, parsed.GetValue(flush), parsed.GetValue(removeEmpty));
            var (lines, groups) = await GroupUpload.Run(db, caller, text, terms, parsed.GetValue(dryRun), cancel);
            var refused = lines.Where(l => l.Outcome is MemberOutcome.Refused).ToList();
            if (refused.Count == 0)
            {
                await terminal.AnswerTable(parsed, new { lines, groups }, ["GROUP", "WHAT", "MEMBERS", "ADDED", "REMOVED"],
                    groups.Select(g => (Cell[])[g.Name, What(g, parsed.GetValue(dryRun)), $"{g.Members}", string.Join(", ", g.Added), string.Join(", ", g.Removed)]));
                return ExitCode.Done;
            }

            await terminal.AnswerTable(parsed, new { lines, groups }, ["LINE", "GROUP", "NAME", "PROBLEM"],
                refused.Select(l => (Cell[])[$"{l.Line}", l.Group, l.Name, new Cell(l.Problem, Tone.Bad)]));
            throw UserUploadVerb.Refused(refused.Count);
        });
        return command;
    }

    private static string What(GroupChange group, bool isOnlyTold) =>
        group.IsMade ? isOnlyTold ? "would be made" : "made"
        : group.IsRemoved ? isOnlyTold ? "would be removed" : "removed"
        : group.Added.Count + group.Removed.Count == 0 ? "stays as it is"
        : isOnlyTold ? "would change" : "changed";
}
