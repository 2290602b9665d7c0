using System.Runtime.CompilerServices;
using Broker.Testing;

namespace Broker.EndToEnd;

/// <summary>Tests that come as people come. After each, no page may have complained; what each saw last lies in <c>var/screens/</c>.</summary>
public abstract class BrowserTests(Stage stage) : IAsyncLifetime
{
    private readonly List<(Visitor Visitor, string Name)> _visitors = [];

    /// <summary>What is visited.</summary>
    protected Stage Stage { get; } = stage;

    /// <inheritdoc/>
    public Task InitializeAsync() => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        var complaints = new List<string>();
        foreach (var (visitor, name) in _visitors)
        {
            await visitor.Page.ScreenshotAsync(new() { Path = Repository.PathOf($"var/screens/{name}.png") });
            complaints.AddRange(visitor.Complaints);
            await visitor.DisposeAsync();
        }

        Assert.True(complaints.Count == 0, string.Join('\n', complaints));
    }

    /// <summary>Somebody opens a browser.</summary>
    protected async Task<Visitor> Arrive(ColorScheme scheme = ColorScheme.Light, [CallerMemberName] string test = "")
    {
        var visitor = await Visitor.Arrive(Stage.Address, scheme);
        _visitors.Add((visitor, $"{GetType().Name}.{test}.{_visitors.Count + 1}"));
        return visitor;
    }

    /// <summary>Somebody opens a browser and signs in.</summary>
    protected async Task<Visitor> SignIn(Person person, ColorScheme scheme = ColorScheme.Light, [CallerMemberName] string test = "")
    {
        var visitor = await Arrive(scheme, test);
        await visitor.SignIn(person);
        return visitor;
    }
}
