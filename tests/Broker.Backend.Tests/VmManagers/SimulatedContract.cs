using Broker.Backend.VmManagers;
using Broker.Backend.VmManagers.Simulated;
using Broker.Testing;

namespace Broker.Backend.Tests.VmManagers;

public sealed class SimulatedContract : VmManagerContract
{
    protected override IVmManager Manager { get; } = new SimulatedVmManager(TimeSpan.FromMilliseconds(50));

    protected override byte Marker => 0xAA;

    protected override Task<NodeSettings> MakeSettings()
    {
        var folder = Repository.NewFolder("simulated");
        return Task.FromResult(new NodeSettings("simulated", $"file://{folder}/node", $"{folder}/pool", $"{folder}/library", Directory.CreateTempSubdirectory("broker-").FullName));
    }

    protected override Task MakeBlank(string path)
    {
        new SimulatedDisk(64 << 20, null, "").Write(path);
        return Task.CompletedTask;
    }

    protected override Task MakeBootable(string path) => MakeBlank(path);

    protected override Task WriteMark(string disk, char mark)
    {
        var old = SimulatedDisk.Read(disk);
        (old with { Content = old.Content + mark }).Write(disk);
        return Task.CompletedTask;
    }

    protected override Task<bool> HasMark(string disk, char mark) => Task.FromResult(SimulatedDisk.ReadAll(disk).Contains(mark, StringComparison.Ordinal));

    protected override Task<long> CapacityOf(string disk) => Task.FromResult(SimulatedDisk.Read(disk).CapacityBytes);

    protected override Task CutMemory(DomainSpec spec, Func<long, long> length)
    {
        using var file = File.OpenWrite(Path.Combine(SimulatedVmManager.FolderOf(Settings.Uri), spec.Id + ".memory"));
        file.SetLength(length(file.Length));
        return Task.CompletedTask;
    }

    protected override Task BreakConnection()
    {
        Faults.Set(SimulatedVmManager.FolderOf(Settings.Uri), new Fault("inventory", IsConnectionLost: true, Times: 1));
        return Task.CompletedTask;
    }
}
