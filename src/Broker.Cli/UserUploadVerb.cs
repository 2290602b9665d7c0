using System.CommandLine;
using System.Text;
using Broker.Core.Users;
using Command = System.CommandLine.Command;

namespace Broker.Cli;

/// <summary><c>broker users upload</c>.</summary>
internal static class UserUploadVerb
{
    public static Command Command(Terminal terminal)
    {
        var file = new Argument<string>("FILE") { Description = $"CSV with a head, a JSON list, or lines of names, in UTF-8; - for standard input. Columns: {string.Join(", ", UserUpload.Columns)}." };
        var source = new Option<AccountSource>("--source")
        {
            Description = "Who knows the passwords of those of whom the list does not say it: local, ldap or oidc.",
            HelpName = "SOURCE",
            DefaultValueFactory = _ => AccountSource.Local,
        };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only tell what would become of each line." };
        var by = Settings.AsOption();
        var command = new Command("upload", "Make many accounts, all or none. Who has no password in the list gets one that is made up and told once; each has to choose one of his own at the first sign-in.") { file, source, dryRun, by };
        command.SetAction(async (parsed, cancel) =>
        {
            var db = Settings.Open(parsed, terminal);
            var text = await Read(terminal, parsed.GetRequiredValue(file), cancel);
            var caller = await db.Read(s => Settings.Caller(s, parsed.GetValue(by), terminal), cancel);
            var lines = await UserUpload.Run(db, caller, text, parsed.GetValue(source), parsed.GetValue(dryRun), password => Task.Run(() => Passwords.Hash(password), cancel), cancel);
            var refused = lines.Count(l => l.Outcome is UploadOutcome.Refused);
            await terminal.AnswerTable(parsed, lines, ["LINE", "NAME", "WHAT", "PASSWORD", "PROBLEM"], lines.Select(l =>
                (Cell[])[$"{l.Line}", l.Name, new Cell(What(l, parsed.GetValue(dryRun) || refused > 0), l.Outcome is UploadOutcome.Refused ? Tone.Bad : l.Outcome is UploadOutcome.Made ? Tone.Good : Tone.None), l.Password, l.Problem]));
            if (refused > 0) throw Refused(refused);
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>Some lines can't be done.</summary>
    public static CommandFailedException Refused(int lines) =>
        new($"{lines} {(lines == 1 ? "line" : "lines")} can't be done as they stand, so nothing was done.", word: "bad_lines");

    private static string What(UploadLine line, bool isOnlyTold) => line.Outcome switch
    {
        UploadOutcome.Made => isOnlyTold ? "would be made" : "made",
        UploadOutcome.There => "is there",
        UploadOutcome.Refused => "refused",
    };

    /// <summary>The text of a list.</summary>
    /// <exception cref="CommandFailedException">It can't be read.</exception>
    public static async Task<string> Read(Terminal terminal, string file, CancellationToken cancel)
    {
        if (file == "-") return await terminal.In.ReadToEndAsync(cancel);
        try
        {
            if (new FileInfo(file).Length > UploadText.LargestBytes) throw new CommandFailedException($"{file} has more than 2 MB: split it.", ExitCode.Usage);
            return await File.ReadAllTextAsync(file, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true), cancel);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or DecoderFallbackException)
        {
            throw new CommandFailedException(e is DecoderFallbackException ? $"{file} is not in UTF-8. Save it as \"CSV UTF-8\"." : $"{file} can't be read: {e.Message}", ExitCode.Usage);
        }
    }
}
