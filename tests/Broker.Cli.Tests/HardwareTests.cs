using System.Text.Json;

namespace Broker.Cli.Tests;

public class HardwareTests
{
    [Fact]
    public async Task HardwareIsShownWithWhatCouldBeChosen()
    {
        var line = await CommandLine.New();
        await NodesAndDomainsTests.Machine(line, "linux", isBase: false);
        Assert.Contains("model=vga", (await line.Run("hardware", "list", "linux")).Done(), StringComparison.Ordinal);
        var video = Assert.Single((await line.Run("hardware", "list", "linux", "--kind", "video", "--json")).Json.EnumerateArray());
        Assert.Equal(("video", 1, "vga"), (video.GetProperty("kind").GetString(), video.GetProperty("number").GetInt32(), video.GetProperty("options").GetProperty("model").GetString()));
        var choices = (await line.Run("hardware", "choices", "linux", "--kind", "network")).Done();
        Assert.Contains("virtio e1000e e1000 rtl8139", choices, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Usage, (await line.Run("hardware", "list", "linux", "--kind", "steam")).Code);
    }

    [Fact]
    public async Task HardwareIsAskedForInWords()
    {
        var line = await CommandLine.New();
        await NodesAndDomainsTests.Machine(line, "linux", isBase: false);
        Assert.Equal("""{"kind":"network","number":2,"options":{"model":"e1000e"}}""", await Asked("change", "linux", "network", "--number", "2", "--options", "model=e1000e"));
        Assert.Equal("""{"kind":"filesystem","options":{"source":"/srv/a b","target":"course"}}""", await Asked("add", "linux", "filesystem", "--options", "source=/srv/a b,target=course"));
        Assert.Equal("""{"kind":"sound","number":1}""", await Asked("remove", "linux", "sound"));
        Assert.Equal(ExitCode.Usage, (await line.Run("hardware", "add", "linux", "steam")).Code);
        Assert.Contains("name=value", (await line.Run("hardware", "add", "linux", "sound", "--options", "loud")).Error, StringComparison.Ordinal);

        async Task<string> Asked(params string[] args)
        {
            var request = (await line.Run(["hardware", .. args, "--json"])).Json;
            return JsonSerializer.Serialize(request.GetProperty("args").EnumerateObject().Where(a => a.Name != "domain" && a.Value.ValueKind != JsonValueKind.Null).ToDictionary(a => a.Name, a => a.Value));
        }
    }
}
