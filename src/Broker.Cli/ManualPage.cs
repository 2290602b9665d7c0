using System.CommandLine;
using System.Text;

namespace Broker.Cli;

/// <summary>The manual page <c>broker(1)</c>, generated from the commands themselves (man macros, as man and mandoc read them).</summary>
internal static class ManualPage
{
    /// <summary>The page.</summary>
    public static string Write(RootCommand root)
    {
        var page = new StringBuilder();
        page.Append(".TH BROKER 1 \"\" \"Broker\" \"Administrator's manual\"\n");
        page.Append(".SH NAME\n").Append("broker \\- ").Append(Text(root.Description!.TrimEnd('.'))).Append('\n');
        page.Append(".SH SYNOPSIS\n.B broker\n.I command\n.RI [ argument ...]\n.RI [ option ...]\n");
        page.Append(".SH DESCRIPTION\n").AppendJoin("\n.PP\n", Description.Select(Text)).Append('\n');
        page.Append(".SH OPTIONS\nThese go with every command.\n");
        foreach (var option in Help.Everywhere) Append(page, option);
        page.Append(".TP\n.BR \\-h \", \" \\-\\-help\nShow what a command does and what goes with it.\n");
        page.Append(".SH COMMANDS\n");
        foreach (var noun in root.Subcommands)
        {
            if (noun.Subcommands.Count == 0)
            {
                Append(page, noun, $"broker {noun.Name}");
                continue;
            }

            page.Append(".SS ").Append(Text($"broker {noun.Name}")).Append('\n').Append(Text(noun.Description!)).Append('\n');
            foreach (var verb in noun.Subcommands) Append(page, verb, $"broker {noun.Name} {verb.Name}");
        }

        page.Append(".SH EXIT STATUS\n");
        foreach (var (code, meaning) in ExitCodes) page.Append(".TP\n.B ").Append(code).Append('\n').Append(Text(meaning)).Append('\n');
        page.Append(".SH ENVIRONMENT\n");
        foreach (var (name, meaning) in Environment) page.Append(".TP\n.B ").Append(name).Append('\n').Append(Text(meaning)).Append('\n');
        page.Append(".SH EXAMPLES\n");
        foreach (var (line, meaning) in Examples) page.Append(".TP\n.B ").Append(Text(line)).Append('\n').Append(Text(meaning)).Append('\n');
        return page.ToString();
    }

    private static readonly string[] Description =
    [
        "broker speaks to the database, not to the portal. What changes only rows is done at once, in one transaction; what touches a host is a request that a back end takes up.",
        "Whoever has the database's password may do everything. --as says in whose name, which is then judged and written down; without it, it is the administrator whose sign-in name is yours (before sudo), else the administrator who was there first.",
        "Standard output carries what was asked for: a table, a sentence, the number of a request, or with --json one JSON document. A command that takes several machines gives a list, others an object. Standard error carries what went wrong and how far a request is; with --json only an object error with code, message and exit_code.",
    ];

    /// <summary>Every exit code with its meaning.</summary>
    public static readonly (string Code, string Meaning)[] ExitCodes =
    [
        ("0", "Done. Of doctor: nothing to say."),
        ("1", "Broker said no, the thing is not there, or the request that was waited for failed. Of doctor: warnings."),
        ("2", "The command line or the settings are wrong. Of doctor: something has failed."),
        ("3", "The database can't be reached, or has no tables."),
        ("4", "The time given by --timeout is over; the request goes on."),
        ("5", "The request that was waited for was cancelled."),
        ("70", "Broker itself is at fault."),
        ("130", "Interrupted; a request that was sent goes on."),
    ];

    private static readonly (string Name, string Meaning)[] Environment =
    [
        ("BROKER_DATABASE", "How to reach MariaDB: Server=127.0.0.1;Port=3306;Database=broker;User ID=...;Password=.... Wins over the settings file."),
        ("BROKER_RUN", "Run folder, shared with back ends and front ends: doorbells. Wins over the settings file. Default: /run/broker."),
        ("NO_COLOR", "If set, nothing is coloured."),
        ("SUDO_USER, USER", "Whose administrator's account is used unless --as names one."),
    ];

    private static readonly (string Line, string Meaning)[] Examples =
    [
        ("broker doctor", "Is everything as it should be? Each problem comes with the command that mends it."),
        ("broker requests list --state failed", "What has failed lately, and why."),
        ("broker requests retry 4711 --wait", "Ask once more for what failed."),
        ("broker domains shutdown --all --wait", "Shut down everything that runs."),
        ("broker domains shutdown --base linux --at +30m", "Shut down the clones of a base in half an hour."),
        ("broker domains import linux.qcow2 linux --memory-mib 2048 --wait && broker bases prepare linux --publish --wait", "An image from the library becomes a base for everybody."),
        ("broker requests ask clone base=linux owner=ada --wait --json", "Any command of the catalogue, for scripts."),
    ];

    private static void Append(StringBuilder page, Command command, string path)
    {
        page.Append(".TP\n.B ").Append(Text(path));
        foreach (var argument in command.Arguments)
        {
            var many = argument.Arity.MaximumNumberOfValues > 1 ? "..." : "";
            page.Append(' ').Append("\\fI").Append(Text(argument.Arity.MinimumNumberOfValues == 0 ? $"[{argument.Name}]{many}" : argument.Name + many)).Append("\\fP");
        }

        page.Append('\n').Append(Text(command.Description!)).Append('\n');
        var entries = command.Arguments.Select(a => (Head: $"\\fI{Text(a.Name)}\\fP", a.Description, Choices: Help.Choices(a)))
            .Concat(Help.OptionsOf(command).Select(o => (Head: Head(o), o.Description, Choices: Help.Choices(o)))).ToList();
        if (entries.Count == 0) return;
        page.Append(".RS\n");
        foreach (var (head, description, choices) in entries)
            page.Append(".TP\n").Append(head).Append('\n').Append(Text(description!)).Append(choices.Count > 0 ? Text($" One of: {string.Join(", ", choices)}.") : "").Append('\n');
        page.Append(".RE\n");
    }

    private static void Append(StringBuilder page, Option option) => page.Append(".TP\n").Append(Head(option)).Append('\n').Append(Text(option.Description!)).Append('\n');

    private static string Head(Option option) =>
        option.ValueType == typeof(bool) ? $"\\fB{Text(option.Name)}\\fP" : $"\\fB{Text(option.Name)}\\fP \\fI{Text(option.HelpName ?? "VALUE")}\\fP";

    // Backslashes and minus signs are commands to troff, and so are a dot and an apostrophe at the start of a line.
    private static string Text(string text)
    {
        var escaped = text.Replace("\\", "\\e", StringComparison.Ordinal).Replace("-", "\\-", StringComparison.Ordinal).Replace("…", "...", StringComparison.Ordinal);
        return escaped is ['.' or '\'', ..] ? "\\&" + escaped : escaped;
    }
}
