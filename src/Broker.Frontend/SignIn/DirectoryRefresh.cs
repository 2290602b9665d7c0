using Broker.Core;
using Broker.Core.Database;
using Broker.Core.Directory;
using Broker.Core.Users;

namespace Broker.Frontend.SignIn;

/// <summary>
/// Asks the directory anew about those who are signed in, when what it told is older than the settings allow, and looks after its servers. Several front
/// ends may do it at once: the same is written twice then. While the directory is down, what it told last goes on to count.
/// </summary>
public sealed class DirectoryRefresh(LdapDirectory directory, Db db, TimeProvider clock, ILogger<DirectoryRefresh> log) : BackgroundService
{
    private const int AtOnce = 500;
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan CertificatesEvery = TimeSpan.FromHours(1);

    private volatile IReadOnlyList<(string Server, ProbeResult Result)> _probes = [];

    /// <summary>What the servers' certificates were when they were last looked at.</summary>
    public IReadOnlyList<(string Server, ProbeResult Result)> Probes => _probes;

    /// <summary>Asks about all whose time has come.</summary>
    public async Task Round(CancellationToken cancel)
    {
        var age = TimeSpan.FromMinutes(directory.Settings.RefreshMinutes);
        foreach (var user in await db.Read(s => UsersTable.ToldBefore(s, AccountSource.Ldap, age, AtOnce), cancel))
        {
            if (user.ExternalId is not { } dn) continue;
            var answer = await directory.Again(user.Name, dn, user.ExternalKey, cancel);
            if (answer is { Verdict: DirectoryVerdict.Known, Person: { } person })
            {
                var (outcome, _) = await db.Transaction(s => DirectoryAccounts.Write(s, person), cancel);
                if (outcome != DirectoryAccount.Written) Log.DirectoryAccountNotMade(log, person.Dn, Word.Of(outcome));
            }
            else if (await db.Transaction(s => DirectoryAccounts.Gone(s, user, answer.Verdict), cancel)) Log.DirectoryLetsGo(log, user.Id, answer.Verdict);
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!directory.IsOn) return;
        var looked = long.MinValue;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await directory.LookAtServers(stoppingToken);
                if (looked == long.MinValue || clock.GetElapsedTime(looked) > CertificatesEvery)
                {
                    looked = clock.GetTimestamp();
                    var probes = new List<(string, ProbeResult)>();
                    foreach (var server in directory.Settings.Servers) probes.Add((server, await ServerProbe.Look(directory.Settings, server, clock, stoppingToken)));
                    _probes = probes;
                }
                if (directory.Settings.CanSearch) await Round(stoppingToken);
                await Task.Delay(Every, clock, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is DirectoryDownException or DirectoryRefusedException or DatabaseUnavailableException)
            {
                Log.DirectoryNotRefreshed(log, e.Message);
                await Task.Delay(Every, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
