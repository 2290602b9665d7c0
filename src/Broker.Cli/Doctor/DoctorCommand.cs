using System.CommandLine;
using Broker.Core;

namespace Broker.Cli.Doctor;

/// <summary><c>broker doctor</c>.</summary>
internal static class DoctorCommand
{
    public static Command Command(Terminal terminal)
    {
        var problems = new Option<bool>("--problems") { Description = "Show only what is not as it should be." };
        var timeout = new Option<double>("--timeout") { Description = "A host gets so many seconds to answer.", HelpName = "SECONDS", DefaultValueFactory = _ => 10 };
        var by = Settings.AsOption();
        var command = new Command("doctor", "Look at everything Broker needs and say how to mend what is wrong. Exit code 1: warnings; 2: something has failed.") { problems, timeout, by };
        command.SetAction(async (parsed, cancel) =>
        {
            var subject = Subject.Of(Settings.File(parsed, terminal), terminal.Variable, new LocalFiles("/"), TimeProvider.System);
            var results = await Examination.Run(subject, () => Settings.Open(subject.BackEnd!), s => Settings.Caller(s, parsed.GetValue(by), terminal),
                TimeSpan.FromSeconds(parsed.GetValue(timeout)), cancel);
            var shown = results.Where(r => !parsed.GetValue(problems) || r.Finding.Health is Health.Warning or Health.Failed).ToList();
            if (Settings.IsJson(parsed)) await terminal.WriteJson(new { state = Worst(results), at = subject.Clock.GetUtcNow(), checks = shown.Select(View) });
            else await Print(terminal, shown, results);
            return Worst(results) switch { Health.Failed => ExitCode.DoctorFailed, Health.Warning => ExitCode.DoctorWarns, _ => ExitCode.Done };
        });
        return command;
    }

    private static Health Worst(IReadOnlyCollection<Result> results) =>
        results.Any(r => r.Finding.Health is Health.Failed) ? Health.Failed : results.Any(r => r.Finding.Health is Health.Warning) ? Health.Warning : Health.Ok;

    private static object View(Result r) => new { r.Check.Id, r.Check.Area, r.Node, state = r.Finding.Health, r.Check.Title, r.Finding.Detail, r.Finding.Remedy };

    private static async Task Print(Terminal terminal, IReadOnlyList<Result> shown, IReadOnlyList<Result> all)
    {
        foreach (var group in shown.GroupBy(r => (r.Check.Area, r.Node)))
        {
            await terminal.Out.WriteLineAsync(Terminal.Plain(Heading(group.Key.Area) + (group.Key.Node is { } node ? $" {node}" : "")));
            foreach (var (check, _, finding) in group)
            {
                var word = new Cell(Word.Of(finding.Health).Replace('_', ' ').PadRight(14), finding.Health switch
                {
                    Health.Ok => Tone.Good,
                    Health.Warning => Tone.Middling,
                    Health.Failed => Tone.Bad,
                    Health.NotApplicable => Tone.None,
                });
                await terminal.Out.WriteLineAsync($"  {terminal.Coloured(word, terminal.IsOutScreen)}  {check.Title}: {Terminal.Plain(finding.Detail)}");
                if (finding.Remedy is { } remedy) await terminal.Out.WriteLineAsync($"                  > {Terminal.Plain(remedy)}");
            }
        }

        var (failed, warnings) = (all.Count(r => r.Finding.Health is Health.Failed), all.Count(r => r.Finding.Health is Health.Warning));
        await terminal.Out.WriteLineAsync(failed + warnings == 0 ? "Everything is as it should be." : $"{failed} failed, {warnings} {(warnings == 1 ? "warning" : "warnings")}.");
    }

    private static string Heading(Area area) => area switch
    {
        Area.Settings => "Settings",
        Area.Database => "Database",
        Area.BackEnds => "Back ends",
        Area.Machine => "This machine",
        Area.FrontEnd => "Front end",
        Area.Host => "Host",
    };
}
