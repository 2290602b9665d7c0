using System.CommandLine;
using System.Globalization;
using Broker.Core.Database;
using Broker.Core.Domains;
using Broker.Core.Pools;
using Broker.Core.Requests;
using Command = System.CommandLine.Command;

namespace Broker.Cli;

/// <summary><c>broker bases pool</c> and <c>broker bases pools</c>: clones that are kept ready.</summary>
internal static class Pools
{
    public static Command Set(Terminal terminal)
    {
        var clones = new Option<int>("--clones") { Description = "How many clones are kept ready, those that somebody has included; 0 for no pool.", Required = true };
        var start = new Option<int>("--start") { Description = "How many of those that nobody has are kept running." };
        var command = Bases.Change(terminal, "pool", "Keep clones of a base ready for whoever opens it.", "set_pool", async (s, origin, parsed) =>
        {
            var (wanted, running) = (parsed.GetRequiredValue(clones), parsed.GetValue(start));
            if (PoolPlan.Problems(wanted, running).ToList() is [_, ..] problems) throw new RequestRefusedException("bad_arguments", string.Join(' ', problems));
            await Pool.Set(s, origin.Id, wanted, running);
            return wanted == 0 ? $"{origin.Name} has no pool any more; the clones that are there stay." : $"{origin.Name} keeps {wanted} clones ready, {running} of them running.";
        });
        command.Options.Add(clones);
        command.Options.Add(start);
        return command;
    }

    public static Command List(Terminal terminal)
    {
        var command = new Command("pools", "Show the pools of all bases.");
        command.SetAction(async (parsed, cancel) =>
        {
            var pools = await Settings.Open(parsed, terminal).Read(Read, cancel);
            await terminal.AnswerTable(parsed, pools.Select(p => new { base_id = p.Base.Id, p.Base.Name, clones = p.Base.PoolClones, start = p.Base.PoolStart, p.Has.Members, p.Has.Free, free_running = p.Has.FreeUp, problem = p.Base.PoolProblem }),
                ["NAME", "CLONES", "OF", "FREE", "RUNNING", "OF", "PROBLEM"],
                pools.Select(p => (Cell[])[p.Base.Name, Number(p.Has.Members), Number(p.Base.PoolClones), Number(p.Has.Free), Number(p.Has.FreeUp), Number(p.Base.PoolStart),
                    p.Base.PoolProblem is { } problem ? new Cell(problem, Tone.Bad) : ""]));
            return ExitCode.Done;
        });
        return command;
    }

    private static async Task<List<(DomainRow Base, PoolCounts Has)>> Read(DbSession db)
    {
        var pools = new List<(DomainRow, PoolCounts)>();
        foreach (var origin in await Pool.Bases(db)) pools.Add((origin, await Pool.Count(db, origin.Id)));
        return pools;
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
