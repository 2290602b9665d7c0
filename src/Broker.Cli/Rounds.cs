using System.CommandLine;
using Broker.Core;
using Broker.Core.Access;
using Broker.Core.Requests;
using Broker.Core.Requests.Domains;
using Broker.Core.Schedules;
using Command = System.CommandLine.Command;

namespace Broker.Cli;

/// <summary><c>broker hibernate</c> and <c>broker shutdown</c>: the rounds of whoever looks after the machines at night.</summary>
internal static class Rounds
{
    public static IEnumerable<Command> Commands(Terminal terminal) =>
    [
        Verb(terminal, "hibernate", "Save the memory of many machines and switch them off.", HibernateDomain.Spec.Word, Machines.All, Machines.Disconnected),
        Verb(terminal, "shutdown", "Shut many machines down.", ShutdownDomain.Spec.Word, Machines.All, Machines.Active, Machines.Hibernated, Machines.Disconnected),
    ];

    private static string Description(Machines which) => which switch
    {
        Machines.All => "All.",
        Machines.Active => "Those that run.",
        Machines.Hibernated => "Those whose memory is saved: they wake up first, so that nothing in it is lost.",
        Machines.Disconnected => "Those that run and nobody is at, but for those that start by themselves.",
        Machines.Autostart => "Those that start by themselves.",
        Machines.Pools => "Bases that keep clones ready.",
    };

    private static Command Verb(Terminal terminal, string name, string description, string word, params Machines[] choices)
    {
        var spec = Catalogue.Find(word)!;
        var options = choices.ToDictionary(which => which, which => new Option<bool>($"--{Word.Of(which)}") { Description = Description(which) });
        var ofBase = Selection.BaseOption();
        ofBase.Description = "Only clones of this base.";
        var asking = new Asking(terminal);
        var command = new Command(name, description) { ofBase };
        foreach (var option in options.Values) command.Options.Add(option);
        asking.AddWaitTo(command);
        command.SetAction((parsed, cancel) =>
        {
            if (choices.Where(which => parsed.GetValue(options[which])).ToList() is not [var which])
                throw new CommandFailedException($"Which machines? {string.Join(", ", options.Values.Select(o => o.Name))}: give one of these. Single ones: broker domains {name} NAME.", ExitCode.Usage);
            return asking.Submit(parsed, async (s, caller) =>
            {
                if (May.Do(caller, Grant.Operate, null) is { IsAllowed: false } no) throw new RequestRefusedException("not_allowed", no.Reason);
                var baseId = parsed.GetValue(ofBase) is { } called ? (await Domains.Find(s, called)).Id : (Guid?)null;
                var schedule = new ScheduleRow { Name = name, Command = spec.Word, Machines = which, Cron = "", TimeZone = "" };
                var asked = await Firing.Ask(s, caller, spec, which, baseId, id => schedule.Request(id));
                if (asked.Problem is { } problem) await terminal.Error.WriteLineAsync(Terminal.Plain($"{asked.Refused} refused: {problem}"));
                return asked.Requests.Count > 0 ? [.. asked.Requests] : throw new CommandFailedException("There is no such machine on which this can be done now.", word: "none");
            }, isOne: false, cancel);
        });
        return command;
    }
}
