using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace Broker.Core.Database;

/// <summary>One file of <c>sql/</c>.</summary>
/// <param name="Number">Its place in the order.</param>
/// <param name="Name">The file's name.</param>
/// <param name="Sql">Its statements.</param>
public sealed record Migration(int Number, string Name, string Sql)
{
    /// <summary>SHA-256 of the text; a migration that was applied must not change any more.</summary>
    public string Checksum { get; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Sql.ReplaceLineEndings("\n"))));

    /// <summary>The single statements. A semicolon ends one where it ends a line.</summary>
    public IEnumerable<string> Statements =>
        Sql.ReplaceLineEndings("\n").Split(";\n", StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}

/// <summary>A migration as a database knows it.</summary>
/// <param name="Name">The file's name.</param>
/// <param name="AppliedAt">When it was applied; null when it has not been.</param>
/// <param name="Problem">Why the database and this version don't fit; null when they do.</param>
public sealed record MigrationState(string Name, DateTimeOffset? AppliedAt, string? Problem);

/// <summary>Brings the schema up to date: numbered files, each applied once, in order, with its checksum kept.</summary>
public static class Migrations
{
    /// <summary>All migrations of this version, in order.</summary>
    public static IReadOnlyList<Migration> All { get; } = Load();

    /// <summary>Applies what is missing. Several programs may call it at once: one applies, the others wait.</summary>
    /// <returns>The names of those applied now.</returns>
    /// <exception cref="InvalidOperationException">An applied migration has changed, or the database is newer than this program.</exception>
    public static Task<IReadOnlyList<string>> Apply(Db db, CancellationToken cancel = default) => db.Read(async session =>
    {
        var got = await session.First<int?>("SELECT GET_LOCK(CONCAT('broker-migrations-', DATABASE()), 60)");
        if (got != 1) throw new InvalidOperationException("Another program has been changing the schema for a minute. Wait for it to end, then try again.");
        try
        {
            await session.Execute(
                """
                CREATE TABLE IF NOT EXISTS schema_migrations (
                  number     int          NOT NULL PRIMARY KEY,
                  name       varchar(190) NOT NULL,
                  checksum   char(64)     NOT NULL,
                  applied_at datetime(6)  NOT NULL
                ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci
                """);
            var states = await States(session);
            if (states.FirstOrDefault(m => m.Problem is not null) is { Problem: { } problem }) throw new InvalidOperationException(problem);
            var missing = states.Where(m => m.AppliedAt is null).Select(m => m.Name).ToHashSet();
            var now = new List<string>();
            foreach (var migration in All.Where(m => missing.Contains(m.Name)))
            {
                cancel.ThrowIfCancellationRequested();
                foreach (var statement in migration.Statements) await session.Execute(statement);
                await session.Execute(
                    "INSERT INTO schema_migrations (number, name, checksum, applied_at) VALUES (@Number, @Name, @Checksum, UTC_TIMESTAMP(6))", migration);
                now.Add(migration.Name);
            }

            return (IReadOnlyList<string>)now;
        }
        finally
        {
            await session.First<int?>("SELECT RELEASE_LOCK(CONCAT('broker-migrations-', DATABASE()))");
        }
    }, cancel);

    /// <summary>All migrations that this version or the database knows, in order. A database without tables has applied none.</summary>
    public static async Task<IReadOnlyList<MigrationState>> States(DbSession db)
    {
        var hasTables = await db.First<int>("SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = 'schema_migrations'") > 0;
        var applied = hasTables ? await db.Query<Applied>("SELECT number, name, checksum, applied_at FROM schema_migrations ORDER BY number") : [];
        var foreign = applied.Where(a => All.All(m => m.Number != a.Number))
            .Select(a => (a.Number, new MigrationState(a.Name, a.AppliedAt, $"The database has migration {a.Name}, which this version does not know. Start the newer version.")));
        var own = All.Select(m => (m.Number, applied.FirstOrDefault(a => a.Number == m.Number) is { } a
            ? new MigrationState(m.Name, a.AppliedAt, a.Checksum == m.Checksum
                ? null
                : $"Migration {a.Name} was applied with other content. Put the old file back and write a new one for the change.")
            : new MigrationState(m.Name, null, null)));
        return [.. foreign.Concat(own).OrderBy(m => m.Number).Select(m => m.Item2)];
    }

    private static List<Migration> Load()
    {
        var assembly = Assembly.GetExecutingAssembly();
        var migrations = assembly.GetManifestResourceNames().Where(n => n.StartsWith("sql/", StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(name =>
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            var file = name["sql/".Length..];
            return new Migration(int.Parse(file[..4], CultureInfo.InvariantCulture), file, reader.ReadToEnd());
        }).ToList();
        if (migrations.Select(m => m.Number).Distinct().Count() != migrations.Count)
            throw new InvalidOperationException("Two migrations have the same number.");
        return migrations;
    }

    private sealed record Applied
    {
        public required int Number { get; init; }

        public required string Name { get; init; }

        public required string Checksum { get; init; }

        public required DateTimeOffset AppliedAt { get; init; }
    }
}
