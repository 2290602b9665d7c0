using Broker.Core.Database;
using Broker.Core.Requests;

namespace Broker.Cli.Doctor;

/// <summary>A back end is there that takes requests, and all of them are of one version.</summary>
internal sealed class BackEndsCheck : IDatabaseCheck
{
    public string Id => "back_ends";

    public string Title => "Back ends";

    public Area Area => Area.BackEnds;

    public async Task<Finding> Look(DbSession db, Subject subject) => Judge(await BackEndsTable.All(db));

    public static Finding Judge(IReadOnlyList<BackEndRow> all)
    {
        var alive = all.Where(b => b.IsAlive).ToList();
        if (alive.Count == 0)
        {
            var last = all.OrderByDescending(b => b.SeenAt).FirstOrDefault();
            return Finding.Failed(
                last is null ? "None is there: nothing that is asked for is done." : $"None is there: the last, on {last.Host}, was heard of at {Terminal.When(last.SeenAt)}.",
                "systemctl start broker-backend; journalctl -u broker-backend -n 50");
        }

        var there = string.Join(", ", alive.Select(b => $"{b.Host} (process {b.Process}, {b.Version})"));
        return alive.Select(b => b.Version).Distinct().Count() > 1
            ? Finding.Warning($"{alive.Count} of different versions take requests: {there}.", "Update those that are older: install.sh system on their machines.")
            : Finding.Ok($"{alive.Count} {(alive.Count == 1 ? "takes" : "take")} requests: {there}.");
    }
}
