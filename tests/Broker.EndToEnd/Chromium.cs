namespace Broker.EndToEnd;

/// <summary>The one browser of this test run. It ends with this process: its driver hangs on our standard input.</summary>
public static class Chromium
{
    /// <summary>How long a page may take for anything, in milliseconds. Machines that run tests are busy.</summary>
    public const int PatienceMs = 20_000;

    private static readonly Lazy<Task<IBrowser>> TheBrowser = new(Launch, LazyThreadSafetyMode.ExecutionAndPublication);

    /// <summary>Started at first use.</summary>
    public static Task<IBrowser> Browser => TheBrowser.Value;

    private static async Task<IBrowser> Launch()
    {
        SetDefaultExpectTimeout(PatienceMs);
        var playwright = await Playwright.CreateAsync();
        return await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = "/usr/bin/chromium",
            // as root there is no sandbox; the rest keeps it from calling home
            Args =
            [
                "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
            ],
        });
    }
}
