using System.CommandLine;
using Broker.Core;
using Broker.Core.Domains;
using Command = System.CommandLine.Command;

namespace Broker.Cli;

/// <summary><c>broker domains disks</c>.</summary>
internal static class Disks
{
    public static Command Command(Terminal terminal)
    {
        var name = new Argument<string>("NAME|ID") { Description = "The machine." };
        var command = new Command("disks", "Show the disks and CD drives of a machine.") { name };
        command.SetAction(async (parsed, cancel) =>
        {
            var (disks, cds) = await Settings.Open(parsed, terminal).Read(async s =>
            {
                var domain = await Domains.Find(s, parsed.GetRequiredValue(name));
                return ((await VolumesTable.Disks(s, domain.Id))[domain.Id].ToList(), await CdDrivesTable.Of(s, domain.Id));
            }, cancel);
            var view = new
            {
                volumes = disks.Select(d => new
                {
                    d.Volume.Target,
                    d.Volume.Kind,
                    d.Volume.CapacityBytes,
                    d.Volume.UsedBytes,
                    d.Volume.Format,
                    d.Volume.IsFrozen,
                    d.Volume.Path,
                    chain = d.Below.Select(v => new { v.DomainId, v.Path }),
                }),
                cds = cds.Select(c => new { c.Target, c.File }),
            };
            Cell[][] rows =
            [
                .. disks.Select(d => (Cell[])
                [
                    d.Volume.Target, Word.Of(d.Volume.Kind), $"{d.Volume.CapacityBytes >> 20} MiB", d.Volume.UsedBytes is { } used ? $"{used >> 20} MiB" : null,
                    d.Volume.IsFrozen ? "frozen" : null, d.Volume.Path, d.Below.Count == 0 ? null : string.Join(" < ", d.Below.Select(v => v.Path)),
                ]),
                .. cds.Select(c => (Cell[])[c.Target, "cd", null, null, null, c.File ?? "empty", null]),
            ];
            await terminal.AnswerTable(parsed, view, ["DEVICE", "KIND", "SIZE", "USED", "STATE", "FILE", "ON"], rows);
            return ExitCode.Done;
        });
        return command;
    }
}
