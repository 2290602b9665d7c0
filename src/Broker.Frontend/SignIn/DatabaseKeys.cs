using System.Xml.Linq;
using Broker.Core.Database;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace Broker.Frontend.SignIn;

/// <summary>Keeps the keys that sign cookies in the database, so that any front end can serve any browser, also after a restart.</summary>
public sealed class DatabaseKeys(Db db) : IXmlRepository
{
    /// <summary>Makes cookies and tokens depend on those keys.</summary>
    public static void Add(WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<DatabaseKeys>();
        builder.Services.AddDataProtection().SetApplicationName("broker");
        builder.Services.AddOptions<KeyManagementOptions>().Configure<DatabaseKeys>((options, keys) => options.XmlRepository = keys);
        builder.Services.AddHostedService<FirstKey>();
        // it warns that keys lie unencrypted in the table; the README says who can read it
        builder.Logging.AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error);
    }

    // The interface is synchronous; it is called at the start and then about once a day.

    /// <inheritdoc/>
    public IReadOnlyCollection<XElement> GetAllElements() =>
        [.. db.Read(s => s.Query<string>("SELECT xml FROM data_protection_keys ORDER BY id")).GetAwaiter().GetResult().Select(XElement.Parse)];

    /// <inheritdoc/>
    public void StoreElement(XElement element, string friendlyName)
    {
        ArgumentNullException.ThrowIfNull(element);
        var xml = element.ToString(SaveOptions.DisableFormatting);
        db.Transaction(s => s.Execute("INSERT INTO data_protection_keys (friendly_name, xml) VALUES (@friendlyName, @xml)", new { friendlyName, xml })).GetAwaiter().GetResult();
    }

    // Two front ends that start for the first time at once would each make a key that the other does not know.
    private sealed class FirstKey(Db db, IDataProtectionProvider protection, ILogger<DatabaseKeys> log) : IHostedService
    {
        public async Task StartAsync(CancellationToken cancellationToken)
        {
            try
            {
                await db.Read(async s =>
                {
                    await s.First<int?>("SELECT GET_LOCK(CONCAT('broker-keys-', DATABASE()), 20)");
                    try
                    {
                        return protection.CreateProtector("first key").Protect([1]);
                    }
                    finally
                    {
                        await s.First<int?>("SELECT RELEASE_LOCK(CONCAT('broker-keys-', DATABASE()))");
                    }
                }, cancellationToken);
            }
            catch (Exception e) when (e is DatabaseUnavailableException or System.Security.Cryptography.CryptographicException)
            {
                Log.KeysNotReady(log, e); // they are read at first use
            }
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
