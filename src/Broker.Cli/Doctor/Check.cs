using Broker.Core.Database;
using Broker.Core.Nodes;

namespace Broker.Cli.Doctor;

/// <summary>What a check says.</summary>
public enum Health
{
    /// <summary>As it should be.</summary>
    Ok,

    /// <summary>It works, but slower, less safely or not for long.</summary>
    Warning,

    /// <summary>It does not work, or is not safe.</summary>
    Failed,

    /// <summary>There is nothing here that could be checked; the detail says why.</summary>
    NotApplicable,
}

/// <summary>What a check is about; the doctor goes through these in order.</summary>
public enum Area
{
    /// <summary>The settings file.</summary>
    Settings,

    /// <summary>MariaDB and the accounts in it.</summary>
    Database,

    /// <summary>Daemons, queue, hosts, as the database knows them.</summary>
    BackEnds,

    /// <summary>The machine on which the doctor runs.</summary>
    Machine,

    /// <summary>What browsers talk to.</summary>
    FrontEnd,

    /// <summary>A host, as a back end sees it.</summary>
    Host,
}

/// <summary>The judgement of one check.</summary>
/// <param name="Health">How it is.</param>
/// <param name="Detail">What was found, in a sentence.</param>
/// <param name="Remedy">A command to type, or what to change where; null when there is nothing to mend.</param>
internal sealed record Finding(Health Health, string Detail, string? Remedy = null)
{
    public static Finding Ok(string detail) => new(Health.Ok, detail);

    public static Finding Warning(string detail, string remedy) => new(Health.Warning, detail, remedy);

    public static Finding Failed(string detail, string remedy) => new(Health.Failed, detail, remedy);

    public static Finding NotApplicable(string detail) => new(Health.NotApplicable, detail);
}

/// <summary>One thing the doctor looks at. Found by type: a new check is a new class. Each keeps reading and judging apart.</summary>
internal interface ICheck
{
    /// <summary>A fixed word, for scripts.</summary>
    string Id { get; }

    /// <summary>What it is about, in two or three words.</summary>
    string Title { get; }

    /// <summary>Where it belongs.</summary>
    Area Area { get; }
}

/// <summary>A check that looks at settings and at files of this machine.</summary>
internal interface ILocalCheck : ICheck
{
    /// <summary>Reads and judges.</summary>
    Finding Look(Subject subject);
}

/// <summary>A check that asks the database.</summary>
internal interface IDatabaseCheck : ICheck
{
    /// <summary>Reads and judges.</summary>
    Task<Finding> Look(DbSession db, Subject subject);
}

/// <summary>A check of what a back end reported about a host.</summary>
internal interface IHostCheck : ICheck
{
    Area ICheck.Area => Area.Host;

    /// <summary>Judges.</summary>
    Finding Judge(NodeReport report);
}
