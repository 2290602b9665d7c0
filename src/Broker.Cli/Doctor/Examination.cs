using System.Data.Common;
using System.Text.Json;
using Broker.Core;
using Broker.Core.Access;
using Broker.Core.Database;
using Broker.Core.Nodes;
using Broker.Core.Requests;
using Broker.Core.Requests.Nodes;

namespace Broker.Cli.Doctor;

/// <summary>A check's finding with what it was about.</summary>
/// <param name="Check">The check.</param>
/// <param name="Node">Of a check of a host: its name.</param>
/// <param name="Finding">The judgement.</param>
internal sealed record Result(ICheck Check, string? Node, Finding Finding);

/// <summary>Goes through all checks.</summary>
internal static class Examination
{
    private static readonly DatabaseAnswers Answers = new();
    private static readonly HostAnswers HostAnswers = new();

    /// <summary>All checks, found by type, in the order in which they are told.</summary>
    public static IReadOnlyList<ICheck> Checks { get; } =
    [
        .. typeof(ICheck).Assembly.GetTypes().Where(t => t is { IsClass: true, IsAbstract: false } && t.IsAssignableTo(typeof(ICheck)))
            .Select(t => (ICheck)Activator.CreateInstance(t)!).OrderBy(c => c.Area).ThenBy(c => c.Id, StringComparer.Ordinal),
    ];

    /// <summary>What all checks say.</summary>
    /// <param name="subject">What is examined.</param>
    /// <param name="open">Opens the database.</param>
    /// <param name="caller">In whose name hosts are asked.</param>
    /// <param name="patience">How long a host may take to answer.</param>
    /// <param name="cancel">Ends the examination.</param>
    public static async Task<IReadOnlyList<Result>> Run(Subject subject, Func<Db> open, Func<DbSession, Task<Caller>> caller, TimeSpan patience, CancellationToken cancel)
    {
        var results = new List<Result>();
        foreach (var check in Checks.OfType<ILocalCheck>()) results.Add(new Result(check, null, check.Look(subject)));

        var (db, finding) = await Reach(subject, open, cancel);
        results.Add(new Result(Answers, null, finding));
        foreach (var check in Checks.OfType<IDatabaseCheck>())
            results.Add(new Result(check, null, db is null ? Finding.NotApplicable("The database has to answer first.") : await Ask(db, check, subject, cancel)));

        if (db is not null) results.AddRange(await Hosts(db, subject, caller, patience, cancel));
        return [.. results.OrderBy(r => r.Check.Area).ThenBy(r => r.Node, StringComparer.Ordinal).ThenBy(r => Checks.ToList().IndexOf(r.Check))];
    }

    private static async Task<(Db?, Finding)> Reach(Subject subject, Func<Db> open, CancellationToken cancel)
    {
        if (subject.BackEnd is null) return (null, Finding.NotApplicable("The settings have to be right first."));
        try
        {
            var db = open();
            return (db, DatabaseAnswers.Judge(await db.Read(s => s.First<string>("SELECT VERSION()"), cancel)));
        }
        catch (Exception e) when (e is DbException or DatabaseUnavailableException or CommandFailedException)
        {
            return (null, Finding.Failed(e.Message, Db.Remedy(e) ?? "systemctl start mariadb; or say in the setting database where it is"));
        }
    }

    private static async Task<Finding> Ask(Db db, IDatabaseCheck check, Subject subject, CancellationToken cancel)
    {
        try
        {
            return await db.Read(s => check.Look(s, subject), cancel);
        }
        catch (DbException e)
        {
            return Finding.Failed(e.Message, Db.Remedy(e) ?? "broker db status");
        }
    }

    private static async Task<IReadOnlyList<Result>> Hosts(Db db, Subject subject, Func<DbSession, Task<Caller>> caller, TimeSpan patience, CancellationToken cancel)
    {
        var results = new List<Result>();
        var asked = new List<(string Node, RequestRow Request)>();
        try
        {
            foreach (var node in (await db.Read(NodesTable.All, cancel)).Where(n => n.IsEnabled))
                asked.Add((node.Name, (await db.Transaction(async s => await RequestWriter.Submit(s, await caller(s), new CheckNode(node.Name)), cancel)).Row));
        }
        catch (Exception e) when (e is DbException or CommandFailedException or RequestRefusedException)
        {
            return [new Result(HostAnswers, null, Finding.Failed($"No host can be asked: {e.Message}", "broker users list; broker db status"))];
        }

        var watching = new Watching(db, subject.BackEnd!.DoorbellFolder, Terminal.Silent, IsQuiet: true);
        var ended = asked.Count == 0 ? [] : await watching.UntilEnded([.. asked.Select(a => a.Request)], patience.TotalSeconds, cancel);
        foreach (var (node, request) in asked)
        {
            var row = ended.Single(r => r.Id == request.Id);
            // what nobody takes up any more is not left lying about
            if (!row.HasEnded)
            {
                await db.Transaction(async s =>
                {
                    await RequestsTable.Cancel(s, row.Id);
                    // also when no back end is there
                    await RequestsTable.TakeBackAsked(s);
                }, cancel);
            }
            var report = row is { State: RequestState.Done, Result: { } json } ? json.Deserialize<NodeReport>(Json.Options) : null;
            results.Add(new Result(HostAnswers, node, HostAnswers.Judge(row, report, patience)));
            if (report is null) continue;
            foreach (var check in Checks.OfType<IHostCheck>()) results.Add(new Result(check, node, check.Judge(report)));
        }

        return results;
    }
}
