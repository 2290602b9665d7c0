using Broker.Backend.VmManagers;
using Broker.Core.Devices;

namespace Broker.Backend.Tests.VmManagers;

public abstract partial class VmManagerContract
{
    /// <summary>How often a machine is started with other words of each option; processors' models are many, and each host says which it has.</summary>
    private const int Rounds = 6;

    /// <summary>What the host can be made to have, of all kinds.</summary>
    private Drivers Offered => Drivers.Of(Manager.Kind).On(Node.Facts);

    [Fact]
    public async Task What_can_be_chosen_of_the_hardware_starts()
    {
        var spec = await DefineBlank();
        for (var round = 0; round < Rounds; round++)
        {
            var hardware = Offered.Kinds.Aggregate(Hardware.Usual, (all, kind) => all.With(kind.Key, [.. Enumerable.Repeat(Chosen(kind.Key, kind.Value, round), Math.Max(1, kind.Value.Usual))]));
            spec = spec with { Hardware = hardware };
            Node.Define(spec);
            Node.Start(spec.Id);
            Assert.Equal(Power.Running, Inventory(spec)!.Power);
            Node.Destroy(spec.Id);
        }

        DeviceOptions Chosen(DeviceKind kind, Driver driver, int round) => DeviceOptions.Of(
            from option in driver.Options
            let word = kind is DeviceKind.Disk && option.Name == "target" ? "vda" : WordOf(option, round)
            where word is not null
            select KeyValuePair.Create(option.Name, word));
    }

    [Fact]
    public async Task Hardware_may_be_changed_while_it_runs_and_as_often_as_one_likes()
    {
        var spec = await DefineBlank();
        Node.Start(spec.Id);
        var more = spec with { Hardware = Hardware.Usual.With(DeviceKind.Network, [DeviceOptions.None, DeviceOptions.None.With("mac", "56" + spec.Mac[2..])]) };
        foreach (var wanted in (DomainSpec[])[more, more, spec, more])
        {
            Node.Define(wanted);
            // what is not there, or does not come off, has to wait; it is said, and nothing fails
            if (Node.As<ICanChangeLive>() is { } live) Assert.NotEqual("", live.Change(wanted, DeviceKind.Network));
        }

        Assert.Equal(Power.Running, Inventory(spec)!.Power);
        Node.Destroy(spec.Id);
        Node.Start(spec.Id);
        Assert.Equal(Power.Running, Inventory(spec)!.Power);
    }

    // without a cache of the host's, native io goes; the folder is there
    private string? WordOf(DriverOption option, int round) => option switch
    {
        { IsFixed: true } => null,
        { Name: "cache" } => round % 2 == 0 ? "none" : "writethrough",
        { Name: "io" } => round % 2 == 0 ? "native" : "threads",
        { Choices: { } choices } => choices[round % choices.Count].Word,
        { Name: "source" } => Settings.PoolFolder,
        { Name: "target" } => "shared",
        { Usual: { } usual } => usual,
        _ => null,
    };
}
