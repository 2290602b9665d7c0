using System.Text.Json;
using Broker.Testing;

namespace Broker.EndToEnd;

/// <summary>The rules of accessibility that a program can judge.</summary>
public static class Axe
{
    private static readonly string Source = File.ReadAllText(Repository.PathOf("frontend/node_modules/axe-core/axe.min.js"));

    /// <summary>Nothing on the page breaks a serious or critical rule.</summary>
    public static async Task Check(IPage page)
    {
        // as an expression: the content policy lets no script in that isn't the portal's
        await page.EvaluateAsync(Source);
        var broken = await page.EvaluateAsync<JsonElement>("async () => (await axe.run(document, { resultTypes: ['violations'] })).violations");
        var serious = broken.EnumerateArray()
            .Where(v => v.GetProperty("impact").GetString() is "serious" or "critical")
            .Select(v => $"{v.GetProperty("id").GetString()}: {v.GetProperty("help").GetString()}\n  " + string.Join("\n  ",
                v.GetProperty("nodes").EnumerateArray().Select(n => n.GetProperty("html").GetString() + " " + n.GetProperty("failureSummary").GetString())))
            .ToList();
        Assert.True(serious.Count == 0, $"{page.Url}\n{string.Join('\n', serious)}");
    }
}
