using System.Text.Json;
using Broker.Core.Requests;
using Broker.Core.Requests.Pools;

namespace Broker.Core.Schedules;

/// <summary>Which machines a schedule, or a line on the command line, is about, and of these only those on which the command can be done. Bases only where they are named.</summary>
public enum Machines
{
    /// <summary>All.</summary>
    All,

    /// <summary>Those that run.</summary>
    Active,

    /// <summary>Those whose memory is saved.</summary>
    Hibernated,

    /// <summary>Those that run and nobody is at, but for those that start by themselves: they are meant to run without anybody.</summary>
    Disconnected,

    /// <summary>Those that start by themselves.</summary>
    Autostart,

    /// <summary>Bases that keep clones ready.</summary>
    Pools,
}

/// <summary>A row of <c>schedules</c>: what recurs.</summary>
public sealed record ScheduleRow
{
    private const int LongestName = 63;

    /// <summary>Key.</summary>
    public long Id { get; init; }

    /// <summary>How people call it; unique.</summary>
    public required string Name { get; init; }

    /// <summary>What is asked for.</summary>
    public required string Command { get; init; }

    /// <summary>The command's arguments, but for the machine.</summary>
    public JsonElement Args { get; init; } = JsonSerializer.SerializeToElement(new { });

    /// <summary>Of which machines; null when the command is about none.</summary>
    public Machines? Machines { get; init; }

    /// <summary>Only of clones of this base, or of its pool; null for all.</summary>
    public Guid? BaseId { get; init; }

    /// <summary>Of so many machines each time at most, those first to which it was done longest ago; null for all.</summary>
    public int? Most { get; init; }

    /// <summary>When, as <see cref="Schedules.Cron"/> reads it.</summary>
    public required string Cron { get; init; }

    /// <summary>By the clocks of this zone, such as Europe/Madrid.</summary>
    public required string TimeZone { get; init; }

    /// <summary>It is not switched off.</summary>
    public bool IsEnabled { get; init; } = true;

    /// <summary>It came with Broker: it can be changed and switched off, but not removed.</summary>
    public bool IsSeeded { get; init; }

    /// <summary>When it was last changed.</summary>
    public DateTimeOffset ChangedAt { get; init; }

    /// <summary>The zone it goes by.</summary>
    public TimeZoneInfo Zone => TimeZoneInfo.FindSystemTimeZoneById(TimeZone);

    /// <summary>What can be scheduled, by its word.</summary>
    public static IEnumerable<Command> Commands => Catalogue.All.Where(c => c.IsSchedulable);

    /// <summary>What is wrong with it, in sentences; empty when nothing is.</summary>
    public IEnumerable<string> Problems()
    {
        if (Name.Length is 0 or > LongestName || !Name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
            yield return $"A schedule's name has 1 to {LongestName} letters a to z, digits, dashes, dots and underscores.";
        if (Catalogue.Find(Command) is not { IsSchedulable: true } command)
        {
            yield return $"'{Command}' can't be scheduled; {string.Join(", ", Commands.Select(c => c.Word))} can.";
        }
        else
        {
            var isOnDomain = typeof(IOnDomain).IsAssignableFrom(command.ArgumentsType);
            if (isOnDomain && Machines is null) yield return $"{command.Word} is about machines. Say which: {string.Join(", ", Enum.GetValues<Machines>().Select(Word.Of))}.";
            if (!isOnDomain && (Machines is not null || BaseId is not null || Most is not null)) yield return $"{command.Word} is about no machine.";
            var isOnPools = command.ArgumentsType == typeof(FillPool);
            if (isOnPools && Machines is not (null or Schedules.Machines.Pools)) yield return $"{command.Word} is about bases: 'machines' is {Word.Of(Schedules.Machines.Pools)}.";
            if (!isOnPools && Machines is Schedules.Machines.Pools) yield return $"{command.Word} can't be done to bases: choose other machines.";
            if (Most < 1) yield return "most is 1 or more; left out, it is all of them.";
            foreach (var problem in ArgumentProblems(command, isOnDomain)) yield return problem;
        }

        if (CronProblem() is { } cron) yield return cron;
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(TimeZone, out _)) yield return $"There is no time zone '{TimeZone}'. They are called as Europe/Madrid or UTC.";
    }

    /// <summary>The request about one machine, or about none.</summary>
    public IRequest Request(Guid? domain) => Decode(Catalogue.Find(Command)!, domain, Machines is Schedules.Machines.Disconnected);

    private IRequest Decode(Command command, Guid? domain, bool onlyIfDisconnected)
    {
        var args = Args.EnumerateObject().ToDictionary(a => a.Name, a => a.Value);
        if (domain is { } id) args["domain"] = JsonSerializer.SerializeToElement(id);
        // between the look and the deed somebody may come
        const string unlessSomebodyCame = "only_if_disconnected";
        if (onlyIfDisconnected && command.Arguments.Any(a => a.Name == unlessSomebodyCame)) args[unlessSomebodyCame] = JsonSerializer.SerializeToElement(true);
        return Catalogue.Decode(command.Word, JsonSerializer.SerializeToElement(args));
    }

    private IEnumerable<string> ArgumentProblems(Command command, bool isOnDomain)
    {
        if (Args.ValueKind != JsonValueKind.Object) return ["The arguments are an object."];
        if (Args.TryGetProperty("domain", out _)) return ["A schedule names no machine: say which by 'machines' and 'base_id'."];
        try
        {
            return Decode(command, isOnDomain ? Guid.NewGuid() : null, onlyIfDisconnected: false).Problems();
        }
        catch (RequestRefusedException e)
        {
            return [e.Message];
        }
    }

    private string? CronProblem()
    {
        try
        {
            Schedules.Cron.Parse(Cron);
            return null;
        }
        catch (FormatException e)
        {
            return e.Message;
        }
    }
}

/// <summary>A row of <c>schedule_runs</c>: once that a schedule came, and what became of what it asked for.</summary>
public sealed record ScheduleRun
{
    /// <summary>Key.</summary>
    public required long Id { get; init; }

    /// <summary>The schedule.</summary>
    public required long ScheduleId { get; init; }

    /// <summary>When it was to come.</summary>
    public required DateTimeOffset DueAt { get; init; }

    /// <summary>When it came.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Who had it come out of turn; null when it was its time.</summary>
    public string? By { get; init; }

    /// <summary>How many requests came of it. Those that are long ended are forgotten, here too.</summary>
    public long Requested { get; init; }

    /// <summary>How many of them ended well.</summary>
    public long Done { get; init; }

    /// <summary>How many of them failed.</summary>
    public long Failed { get; init; }

    /// <summary>How many were taken back.</summary>
    public long Cancelled { get; init; }

    /// <summary>How many could not even be asked for.</summary>
    public int Refused { get; init; }

    /// <summary>Why not, of the first.</summary>
    public string? Problem { get; init; }
}
