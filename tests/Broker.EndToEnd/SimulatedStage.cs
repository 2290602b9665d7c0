using Broker.Core.Domains;

namespace Broker.EndToEnd;

/// <summary>One stage with a simulated host and one published base, for all tests that need no hypervisor. They come one after the other.</summary>
public sealed class SimulatedStage : IAsyncLifetime
{
    /// <summary>Name of the published base.</summary>
    public const string BaseName = "linux";

    /// <summary>The stage.</summary>
    public Stage Stage { get; private set; } = null!;

    /// <summary>The published base.</summary>
    public DomainRow Base { get; private set; } = null!;

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        Stage = await Stage.Simulated();
        Base = await Stage.NewBase(BaseName, "Linux", "For the lab on operating systems.");
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        if (Stage is not null) await Stage.DisposeAsync();
    }
}

/// <summary>Tests on <see cref="SimulatedStage"/>.</summary>
[CollectionDefinition(Name)]
public sealed class SimulatedCollection : ICollectionFixture<SimulatedStage>
{
    /// <summary>For the attribute.</summary>
    public const string Name = "simulated";
}
