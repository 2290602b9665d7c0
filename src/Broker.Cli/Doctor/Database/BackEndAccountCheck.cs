using Broker.Core.Database;

namespace Broker.Cli.Doctor;

/// <summary>The account of back end and command line may do everything in Broker's database, and need not do anything elsewhere.</summary>
internal sealed class BackEndAccountCheck : IDatabaseCheck
{
    public string Id => "database_backend_account";

    public string Title => "Back end's account";

    public Area Area => Area.Database;

    public async Task<Finding> Look(DbSession db, Subject subject)
    {
        var database = await db.First<string>("SELECT DATABASE()") ?? "";
        return Judge(await db.First<string>("SELECT CURRENT_USER()") ?? "", Rights.Read(await db.Query<string>("SHOW GRANTS"), database), database);
    }

    public static Finding Judge(string account, IReadOnlySet<string> rights, string database)
    {
        if (rights.Contains("ALL PRIVILEGES *.*") || rights.Contains("SUPER *.*"))
            return Finding.Warning($"{account} may do everything on the whole server.", $"give Broker an account of its own: GRANT ALL ON {database}.* TO broker_backend@localhost");
        return rights.Contains("ALL PRIVILEGES *")
            ? Finding.Ok($"{account} may do everything in {database}, and nothing elsewhere.")
            : Finding.Failed($"{account} may only: {string.Join(", ", rights)}.", $"GRANT ALL ON {database}.* TO {account}");
    }
}
