using System.CommandLine;
using System.Globalization;
using Broker.Core;
using Broker.Core.Devices;
using Broker.Core.Domains;
using Broker.Core.Nodes;
using Command = System.CommandLine.Command;

namespace Broker.Cli;

/// <summary><c>broker hardware</c>. What changes it is made from the catalogue.</summary>
internal static class HardwareList
{
    public static Command Command(Terminal terminal)
    {
        var command = new Command("hardware", "The hardware of machines.") { Subcommands = { List(terminal), Choices(terminal) } };
        foreach (var verb in CatalogueVerbs.Of("hardware", terminal)) command.Subcommands.Add(verb);
        return command;
    }

    private static Command List(Terminal terminal) => OfMachine(
        "list", "Show what hardware a machine has.", terminal, ["KIND", "NUMBER", "OPTIONS"], (kind, _, hardware) =>
            hardware.Devices(kind).Select((device, index) => (
                (object)new { kind, number = index + 1, options = device },
                (Cell[])[Word.Of(kind), (index + 1).ToString(CultureInfo.InvariantCulture), device.ToString()])));

    private static Command Choices(Terminal terminal) => OfMachine(
        "choices", "Show what could be chosen of a machine's hardware, on its host.", terminal, ["KIND", "OPTION", "USUAL", "CHOICES", "MEANING"], (kind, driver, _) =>
            driver.Options.Where(o => !o.IsFixed).Select(option => (
                (object)new { kind, option.Name, option.Label, option.Usual, option.Choices, option.Minimum, option.Maximum, option.Hint, option.IsRequired },
                (Cell[])[
                    Word.Of(kind), option.Name, option.Usual,
                    option.Choices is { } choices ? string.Join(' ', choices.Select(c => c.Word)) : option.Minimum is { } least ? $"{least} to {option.Maximum}" : option.Hint,
                    option.Label,
                ])));

    private static Command OfMachine(
        string verb, string summary, Terminal terminal, IReadOnlyList<string> headings, Func<DeviceKind, Driver, DomainHardware, IEnumerable<(object Json, Cell[] Row)>> lines)
    {
        var name = new Argument<string>("NAME|ID") { Description = "The machine." };
        var kind = new Option<string?>("--kind") { Description = "Only this kind of hardware.", HelpName = "KIND" };
        kind.AcceptOnlyFromAmong([.. Enum.GetValues<DeviceKind>().Select(Word.Of)]);
        var command = new Command(verb, summary) { name, kind };
        command.SetAction(async (parsed, cancel) =>
        {
            var hardware = await Settings.Open(parsed, terminal).Read(async s =>
            {
                var domain = await Domains.Find(s, parsed.GetRequiredValue(name));
                var node = (await NodesTable.Get(s, domain.NodeId))!;
                return new DomainHardware(domain, [.. (await VolumesTable.Of(s, domain.Id)).Select(v => v.Target)], Drivers.Of(node.Manager), node.KnownFacts);
            }, cancel);
            var all = hardware.Kinds.Where(k => parsed.GetValue(kind) is not { } one || Word.Of(k.Key) == one).SelectMany(k => lines(k.Key, k.Value, hardware)).ToList();
            await terminal.AnswerTable(parsed, all.Select(line => line.Json), headings, all.Select(line => line.Row));
            return ExitCode.Done;
        });
        return command;
    }
}
