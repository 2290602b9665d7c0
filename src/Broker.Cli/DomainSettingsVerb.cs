using System.CommandLine;
using System.Globalization;
using Broker.Core.Access;
using Broker.Core.Audit;
using Broker.Core.Domains;
using Broker.Core.Requests;
using Command = System.CommandLine.Command;

namespace Broker.Cli;

/// <summary><c>broker domains set</c>: how long machines run, how they end and how many snapshots they may have.</summary>
internal static class DomainSettingsVerb
{
    private static readonly string[] YesNo = ["yes", "no"];

    public static Command Command(Terminal terminal)
    {
        var selection = new Selection(mayTakeAll: true);
        var command = new Command("set", "Change how long machines run, how they end and how many snapshots they may have. What is set on a base is set on its clones, too, but for --autostart.");
        selection.AddTo(command);
        var autostart = Flag("--autostart", "Start it when its host has started.");
        var run = Time("--run-timeout", "How long it may run, such as 8h; none for as long as it likes.");
        var shutdown = Time("--shutdown-timeout", "How long it gets to shut down before its plug is pulled, such as 5m; none for the usual two minutes.");
        var disconnected = Flag("--shutdown-disconnected", "Shut it down when nobody has been connected to it for a while.");
        var grace = Time("--disconnect-grace", "How long nobody has to be connected before that, such as 30m; none for the usual ten minutes.");
        var snapshots = new Option<string?>("--snapshots") { Description = "How many snapshots it may have, 0 for none; usual for what holds for all.", HelpName = "N|usual" };
        var by = Settings.AsOption();
        foreach (var option in (Option[])[autostart, run, shutdown, disconnected, grace, snapshots, by]) command.Options.Add(option);
        command.SetAction(async (parsed, cancel) =>
        {
            var form = new DomainSettingsChange(YesOrNo(parsed, autostart), Seconds(parsed, run), Seconds(parsed, shutdown), YesOrNo(parsed, disconnected), Seconds(parsed, grace),
                Snapshots(parsed.GetValue(snapshots)));
            var domains = await Settings.Open(parsed, terminal).Transaction(async s =>
            {
                var caller = await Settings.Caller(s, parsed.GetValue(by), terminal);
                if (May.Do(caller, Grant.Operate, null) is { IsAllowed: false } no) throw new RequestRefusedException("not_allowed", no.Reason);
                var changed = new List<DomainRow>();
                foreach (var named in await selection.Read(s, parsed, d => !form.Problems(d).Any()))
                {
                    if (await DomainsTable.Lock(s, named.Id) is not { } domain) continue;
                    var problems = form.Problems(domain).ToList();
                    if (problems.Count > 0) throw new RequestRefusedException("bad_arguments", string.Join(' ', problems));
                    await DomainsTable.Set(s, domain, form);
                    await AuditTable.Insert(s, caller.UserId, caller.Address, "set_domain", domain.Name, new { domain = domain.Id, settings = form });
                    changed.Add((await DomainsTable.Get(s, domain.Id))!);
                }

                return changed;
            }, cancel);
            await terminal.Answer(parsed,
                domains.Select(d => new { d.Id, d.Name, d.Autostart, d.RunTimeoutSeconds, d.ShutdownTimeoutSeconds, d.ShutdownDisconnected, d.DisconnectGraceSeconds, d.SnapshotLimit, d.EndsAt }),
                [.. domains.Select(d => $"{d.Name}: {Text(d)}.")]);
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>How long a machine runs and how it ends, in words.</summary>
    public static string Text(DomainRow domain)
    {
        var said = new List<string> { domain.RunTimeoutSeconds is { } run ? $"runs at most {Duration.Text(run)}" : "runs as long as it likes" };
        if (domain.ShutdownTimeoutSeconds is { } shutdown) said.Add($"has {Duration.Text(shutdown)} to shut down");
        if (domain.ShutdownDisconnected) said.Add($"is shut down when nobody is connected{(domain.DisconnectGraceSeconds is { } grace ? $" for {Duration.Text(grace)}" : "")}");
        if (domain.Autostart) said.Add("starts with its host");
        if (domain.SnapshotLimit is { } snapshots) said.Add(snapshots == 0 ? "has no snapshots" : $"has at most {snapshots} snapshot{(snapshots == 1 ? "" : "s")}");
        return string.Join(", ", said);
    }

    private static Option<string?> Flag(string name, string description)
    {
        var option = new Option<string?>(name) { Description = description };
        option.AcceptOnlyFromAmong(YesNo);
        option.HelpName = "yes|no";
        return option;
    }

    private static Option<string?> Time(string name, string description) => new(name) { Description = description, HelpName = "TIME|none" };

    private static bool? YesOrNo(ParseResult parsed, Option<string?> option) => parsed.GetValue(option) is { } word ? word == YesNo[0] : null;

    private static int? Snapshots(string? text) => text switch
    {
        null => null,
        "usual" => DomainSettingsChange.UsualSnapshots,
        _ => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
            : throw new CommandFailedException($"--snapshots {text}: a number of snapshots, or usual.", ExitCode.Usage),
    };

    private static int? Seconds(ParseResult parsed, Option<string?> option) => parsed.GetValue(option) switch
    {
        null => null,
        "none" => 0,
        var text => Duration.Read(text) is > 0 and var seconds ? seconds
            : throw new CommandFailedException($"{option.Name} {text}: a time is a whole number and one of s, m, h, d, such as 8h, or none.", ExitCode.Usage),
    };
}
