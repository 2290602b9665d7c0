using Broker.Testing;

namespace Broker.EndToEnd;

/// <summary>The pictures of the README: pages as people see them, taken by tests. They are only written with <c>ACCEPT=1</c>.</summary>
public static class Pictures
{
    private const int MostBytes = 200 * 1024;

    /// <summary>Takes the picture of a page for the README.</summary>
    /// <param name="page">What it shows.</param>
    /// <param name="name">The file's name, without extension.</param>
    public static async Task Take(IPage page, string name)
    {
        var png = await page.ScreenshotAsync();
        Assert.InRange(png.Length, 1, MostBytes);
        if (Golden.IsAccepting) await File.WriteAllBytesAsync(Path.Combine(Directory.CreateDirectory(Repository.PathOf("etc/pictures")).FullName, name + ".png"), png);
    }
}
