using Broker.Core.Database;

namespace Broker.Cli.Doctor;

/// <summary>The tables are those of this version.</summary>
internal sealed class MigrationsCheck : IDatabaseCheck
{
    public string Id => "migrations";

    public string Title => "Tables";

    public Area Area => Area.Database;

    public async Task<Finding> Look(DbSession db, Subject subject) => Judge(await Migrations.States(db));

    public static Finding Judge(IReadOnlyList<MigrationState> states)
    {
        if (states.FirstOrDefault(m => m.Problem is not null) is { Problem: { } problem }) return Finding.Failed(problem, "broker db status");
        return states.Where(m => m.AppliedAt is null).Select(m => m.Name).ToList() is { Count: > 0 } missing
            ? Finding.Failed($"Not yet applied: {string.Join(", ", missing)}.", "broker db migrate")
            : Finding.Ok($"Up to date ({states[^1].Name}).");
    }
}
