using System.Data.Common;
using System.Reflection;
using Broker.Core.Database;

namespace Broker.Cli.Doctor;

/// <summary>The front end's account may do what <c>sql/frontend-rights.sql</c> lists, no more and no less: strangers talk to the front end.</summary>
internal sealed class FrontEndAccountCheck : IDatabaseCheck
{
    public string Id => "database_frontend_account";

    public string Title => "Front end's account";

    public Area Area => Area.Database;

    /// <summary>What it should be allowed.</summary>
    public static IReadOnlySet<string> Listed { get; } = Rights.Read(List().Split(";\n").Select(s => s[Math.Max(0, s.IndexOf("GRANT ", StringComparison.Ordinal))..]), "");

    public async Task<Finding> Look(DbSession db, Subject subject)
    {
        if (subject.FrontEnd is null) return Finding.NotApplicable(subject.SettingsFile is null ? "Its settings are in no file." : "Its settings have to be right first.");
        try
        {
            var its = new Db(subject.FrontEnd.Database, patience: TimeSpan.FromSeconds(1));
            var (account, rights) = await its.Read(async s => (await s.First<string>("SELECT CURRENT_USER()") ?? "",
                Rights.Read(await s.Query<string>("SHOW GRANTS"), await s.First<string>("SELECT DATABASE()") ?? "")));
            return Judge(account, rights, Listed);
        }
        catch (Exception e) when (e is DbException or DatabaseUnavailableException)
        {
            return Finding.Failed($"The front end can't reach the database: {e.Message}", "sudo ./install.sh system");
        }
    }

    public static Finding Judge(string account, IReadOnlySet<string> rights, IReadOnlySet<string> listed)
    {
        var tooMany = rights.Except(listed).ToList();
        if (tooMany.Count > 0) return Finding.Failed($"{account} may do more than it should: {string.Join(", ", tooMany)}.", "sudo ./install.sh system");
        return listed.Except(rights).ToList() is { Count: > 0 } missing
            ? Finding.Failed($"{account} lacks: {string.Join(", ", missing)}.", "sudo ./install.sh system")
            : Finding.Ok($"{account} may do what it should, and nothing else.");
    }

    private static string List()
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream("frontend-rights.sql")!);
        return reader.ReadToEnd();
    }
}
