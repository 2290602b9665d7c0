using Broker.Core.Database;
using Broker.Core.Directory;

namespace Broker.Cli.Doctor;

/// <summary>The directory's servers can be reached, and their certificates are believed for a while to come.</summary>
internal sealed class DirectoryCheck : IDatabaseCheck
{
    public string Id => "directory";

    public string Title => "Directory";

    public Area Area => Area.FrontEnd;

    public async Task<Finding> Look(DbSession db, Subject subject)
    {
        if (subject.Ldap is not { IsOn: true } ldap) return subject.LdapProblem is { } problem ? Finding.Failed(problem, $"mend the section ldap in {subject.SettingsFile}") : Finding.NotApplicable("None is set up (ldap.servers).");
        var probes = new List<(string, ProbeResult)>();
        foreach (var server in ldap.Servers) probes.Add((server, await ServerProbe.Look(ldap, server, subject.Clock)));
        return Judge(probes, subject.Clock.GetUtcNow());
    }

    public static Finding Judge(IReadOnlyList<(string Server, ProbeResult Result)> probes, DateTimeOffset now)
    {
        var bad = probes.Where(p => p.Result.Problem is not null).ToList();
        if (bad.Count > 0)
        {
            var says = string.Join(' ', bad.Select(b => b.Result.Problem));
            var remedy = bad[0].Result.Remedy ?? "broker ldap test USER";
            return bad.Count == probes.Count ? Finding.Failed($"Nobody can sign in by it. {says}", remedy) : Finding.Warning(says, remedy);
        }
        return probes.FirstOrDefault(p => p.Result.ExpiresAt - now < ServerProbe.ExpiresSoon) is { Server: { } server, Result.ExpiresAt: { } expires }
            ? Finding.Warning($"The certificate of {server} expires on {expires:yyyy-MM-dd}.", "have it renewed")
            : Finding.Ok($"{probes.Count} {(probes.Count == 1 ? "server answers" : "servers answer")}.");
    }
}
