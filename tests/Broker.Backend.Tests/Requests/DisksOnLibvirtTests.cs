using System.Text.Json;
using Broker.Core.Domains;
using Broker.Core.Requests.Domains;
using Broker.Core.Requests.Volumes;
using Broker.Testing;

namespace Broker.Backend.Tests.Requests;

/// <summary>Real images: what is on the disks of a clone after QEMU has run on them, and what their headers say.</summary>
public sealed class DisksOnLibvirtTests : GuestsOnLibvirt
{
    [Fact]
    public async Task SysAndDataOfACloneAreKeptSwapAndTmpAreAsInItsBaseAndEveryImageSaysTheFormatOfTheOneBelow()
    {
        var machine = await _b.Do(new ImportDomain("tiny.qcow2", $"disks-{Guid.NewGuid().ToString("N")[..8]}", MemoryMib: 128));
        _made.Add(machine.Id);
        foreach (var kind in (VolumeKind[])[VolumeKind.Swap, VolumeKind.Tmp, VolumeKind.Data]) await _b.Do(new AddDisk(machine.Id, 16, kind));
        foreach (var volume in (await Volumes(machine.Id)).Skip(1)) await Write(volume, 0, 'B');
        await _b.Do(new PrepareBase(machine.Id));
        var clone = await _b.Do(new Clone(machine.Id));
        _made.Add(clone.Id);

        // the first run: a guest that writes is played by qemu-io, right after it is off, before anybody has looked
        await _b.Do(new StartDomain(clone.Id));
        await _b.Do(new AddDisk(clone.Id, 16));
        await _b.Do(new GrowDisk(clone.Id, "vde", 32));
        await _b.Ask(new ForceShutdownDomain(clone.Id));
        var used = await _b.Until(s => VolumesTable.Of(s, clone.Id), v => v.Any(d => d is { Kind: VolumeKind.Swap, IsUsed: false }));
        foreach (var volume in used.Skip(1)) await Write(volume, 1 << 20, 'W');
        await _b.Db.Transaction(s => VolumesTable.SetUsed(s, clone.Id));
        await _b.Do(new StartDomain(clone.Id));
        await _b.Ask(new ForceShutdownDomain(clone.Id));

        foreach (var volume in (await Volumes(clone.Id)).Skip(1))
        {
            var isOwn = volume.Target == "vde";
            Assert.Equal(!isOwn, await Has(volume, 0, 'B'));
            Assert.Equal(volume.Kind is VolumeKind.Data, await Has(volume, 1 << 20, 'W'));
            var info = await Info(volume);
            Assert.Equal(isOwn ? 32 << 20 : 16 << 20, info.GetProperty("virtual-size").GetInt64());
            Assert.Equal(isOwn ? null : "qcow2", info.TryGetProperty("backing-filename-format", out var format) ? format.GetString() : null);
        }
    }

    private Task<IReadOnlyList<VolumeRow>> Volumes(Guid id) => _b.Db.Read(s => VolumesTable.Of(s, id));

    private static Task<string> Write(VolumeRow volume, int at, char mark) =>
        Programs.Run("qemu-io", "-f", "qcow2", "-c", $"write -q -P {(int)mark} {at} 64k", volume.Path);

    private static async Task<bool> Has(VolumeRow volume, int at, char mark)
    {
        try
        {
            await Programs.Run("qemu-io", "-r", "-f", "qcow2", "-c", $"read -q -P {(int)mark} {at} 64k", volume.Path);
            return true;
        }
        catch (InvalidOperationException e) when (e.Message.Contains("verification failed", StringComparison.Ordinal))
        {
            return false;
        }
    }

    private static async Task<JsonElement> Info(VolumeRow volume)
    {
        using var info = JsonDocument.Parse(await Programs.Run("qemu-img", "info", "-U", "--output=json", volume.Path));
        return info.RootElement.Clone();
    }
}
