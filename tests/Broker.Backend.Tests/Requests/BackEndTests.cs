using Broker.Core.Settings;
using Broker.Testing;

namespace Broker.Backend.Tests.Requests;

/// <summary>Tests that have a back end with a simulated host of their own, and an image <c>tiny.img</c> in its library.</summary>
/// <param name="isStarted">It takes requests from the beginning.</param>
/// <param name="adjust">Other settings than the usual.</param>
public abstract class BackEndTests(bool isStarted = true, Func<BackEndSettings, BackEndSettings>? adjust = null) : IAsyncLifetime
{
    private protected readonly string _run = Directory.CreateTempSubdirectory("bk-").FullName;
    private protected RunningBackEnd _b = null!;

    public async Task InitializeAsync()
    {
        _b = await RunningBackEnd.Prepare(await (await PrivateMariaDb.Shared).NewDatabase(), _run, adjust);
        await _b.AddImage("tiny.img");
        if (isStarted) await _b.Start();
    }

    public virtual async Task DisposeAsync()
    {
        await _b.DisposeAsync();
        Directory.Delete(_run, recursive: true);
    }
}
