using System.CommandLine;
using Broker.Core.Database;
using Broker.Core.Directory;
using Broker.Core.Settings;
using Broker.Core.Users;

namespace Broker.Cli;

/// <summary><c>broker ldap</c>: the directory whose people may sign in.</summary>
internal static class Ldap
{
    public static Command Command(Terminal terminal) => new("ldap", "The directory whose people may sign in (section ldap of the settings).") { Test(terminal), Groups(terminal) };

    private static Command Test(Terminal terminal)
    {
        var name = new Argument<string>("user") { Description = "A sign-in name.", HelpName = "USER" };
        var file = new Option<string?>("--password-file") { Description = "Read his password from this file, one line. Default: it is asked for.", HelpName = "FILE" };
        var without = new Option<bool>("--no-password") { Description = "Don't try a password." };
        var command = new Command("test", "Go the way of a sign-in step by step, and say how to mend what goes wrong. Nothing is changed.") { name, file, without };
        command.SetAction(async (parsed, cancel) =>
        {
            using var directory = Open(parsed, terminal);
            var examination = new DirectoryExamination(directory, TimeProvider.System);
            var steps = new List<ExaminationStep>();
            var isJson = Settings.IsJson(parsed);
            await foreach (var step in examination.Steps(parsed.GetValue(name)!.Trim(), Password, cancel)) await Tell(step);
            if (examination.Person is { } person) await Tell(await Account(Settings.Open(parsed, terminal), person, cancel));

            var failed = steps.Find(s => s is { Id: not "server", IsGood: false }) ?? (steps.Exists(s => s is { Id: "server", IsGood: true }) ? null : steps.Find(s => s.IsGood is false));
            if (isJson) await terminal.WriteJson(new { ok = failed is null, steps });
            else await terminal.Out.WriteLineAsync(failed is null ? "All of it went well." : $"It fails at: {Terminal.Plain(failed.What)}.");
            return failed is null ? ExitCode.Done : ExitCode.Refused;

            string? Password()
            {
                if (parsed.GetValue(without)) return null;
                if (parsed.GetValue(file) is not { } path) return terminal.Secret($"Password of {parsed.GetValue(name)}: ");
                try
                {
                    return SecretFile.Read(Path.GetFullPath(path), "--password-file");
                }
                catch (SettingsException e)
                {
                    throw new CommandFailedException(e.Message, ExitCode.Usage);
                }
            }

            async Task Tell(ExaminationStep step)
            {
                steps.Add(step);
                if (isJson) return;
                var word = step.IsGood switch { true => new Cell("ok    ", Tone.Good), false => new Cell("failed", Tone.Bad), _ => new Cell("      ") };
                await terminal.Out.WriteLineAsync($"{terminal.Coloured(word, terminal.IsOutScreen)}  {Terminal.Plain(step.What)}: {Terminal.Plain(step.Detail)}");
                if (step.Remedy is { } remedy) await terminal.Out.WriteLineAsync($"        > {Terminal.Plain(remedy)}");
            }
        });
        return command;
    }

    private static Command Groups(Terminal terminal)
    {
        var text = new Argument<string>("text") { Description = "A part of their name; all without it.", HelpName = "TEXT", DefaultValueFactory = _ => "" };
        var limit = new Option<int>("--limit") { Description = "So many at most.", HelpName = "NUMBER", DefaultValueFactory = _ => 100 };
        var command = new Command("groups", "Groups of the directory, which could be registered here by their DN.") { text, limit };
        command.SetAction(async (parsed, cancel) =>
        {
            if (parsed.GetValue(limit) is < 1 or > 5000) throw new CommandFailedException("--limit is between 1 and 5000.", ExitCode.Usage);
            using var directory = Open(parsed, terminal);
            IReadOnlyList<DirectoryGroup> groups;
            try
            {
                groups = await directory.Groups(parsed.GetValue(text)!, parsed.GetValue(limit), cancel);
            }
            catch (Exception e) when (e is DirectoryDownException or DirectoryRefusedException)
            {
                throw new CommandFailedException($"{e.Message} 'broker ldap test USER' tells step by step what is wrong.");
            }
            await terminal.AnswerTable(parsed, groups, ["NAME", "DN", "DESCRIPTION"], groups.Select(g => (IReadOnlyList<Cell>)[g.Name, g.Dn, g.Description]));
        });
        return command;
    }

    private static LdapDirectory Open(ParseResult parsed, Terminal terminal)
    {
        var settings = Settings.ReadSection<LdapSettings>(parsed, terminal);
        if (!settings.IsOn) throw new CommandFailedException("There is no directory in the settings: name its servers in ldap.servers.", ExitCode.Usage);
        try
        {
            return new LdapDirectory(settings, TimeProvider.System);
        }
        catch (SettingsException e)
        {
            throw new CommandFailedException(e.Message, ExitCode.Usage);
        }
    }

    private static async Task<ExaminationStep> Account(Db db, DirectoryPerson person, CancellationToken cancel)
    {
        const string what = "Account of Broker";
        var user = await db.Read(async s => (person.Key is null ? null : await UsersTable.FindExternal(s, AccountSource.Ldap, person.Key)) ?? await UsersTable.Find(s, person.Name), cancel);
        return user switch
        {
            null => new("account", what, true, $"{person.Name} will be made at the first sign-in."),
            { Source: not AccountSource.Ldap } => new("account", what, false, $"{user.Name} is not the directory's: that account's own password counts, and the directory is not asked.", $"Disable it (broker users disable {user.Name}) or rename one of the two."),
            { ExternalKey: { } key } when person.Key is not null && key != person.Key =>
                new("account", what, false, $"{user.Name} belongs to somebody who had this name in the directory before.", "Take that one's machines and account away first."),
            { IsDisabled: true } => new("account", what, false, $"{user.Name} is disabled.", $"broker users enable {user.Name}"),
            _ => new("account", what, true, $"{user.Name}, number {user.Id}{(user.IsAdmin ? ", an administrator" : "")}. What the directory tells counts from the next sign-in."),
        };
    }
}
