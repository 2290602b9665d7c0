using System.Text.Json;
using Broker.Core.Domains;
using Broker.Core.Requests;
using Broker.Core.Requests.Backups;
using Broker.Core.Requests.Domains;
using Broker.Core.Requests.Volumes;
using Broker.Testing;

namespace Broker.Backend.Tests.Requests;

/// <summary>Backups of machines with real images, that run before and after.</summary>
public sealed class BackupOnLibvirtTests : GuestsOnLibvirt
{
    private readonly string _name = $"backup-{Guid.NewGuid().ToString("N")[..8]}";

    [Fact]
    public async Task WhatWasOnTheDisksOfADesktopIsThereAgainAndTheGuestRuns()
    {
        var (origin, clone) = await Clone();
        var (file, _) = await Take(clone.Id, whole: false);
        await _b.Ask(new RemoveDomain(clone.Id));

        var restored = await _b.Do(new RestoreBackup(file));

        Assert.Equal((clone.Id, origin.Id, clone.Mac), (restored.Id, restored.BaseId, restored.Mac));
        await IsAsItWas(clone.Id, hasBase: true);
        await _b.Do(new StartDomain(clone.Id));
        var running = await _b.Until(s => DomainsTable.Get(s, clone.Id), d => d!.Address is not null);
        Assert.NotEmpty(await Page(running!.Address!, "boot"));
        await _b.Ask(new ForceShutdownDomain(clone.Id));
    }

    [Fact]
    [Trait("Category", "Long")]
    public async Task AWholeBackupNeedsNoBaseAndOneOfABaseBringsBackWhatItsClonesBackupsNeed()
    {
        var (origin, clone) = await Clone();
        var (ofBase, small, whole) = (await Take(origin.Id, whole: false), await Take(clone.Id, whole: false), await Take(clone.Id, whole: true));
        Assert.InRange(small.SizeBytes, 1, whole.SizeBytes - 1);
        await _b.Ask(new RemoveDomain(clone.Id));
        await _b.Ask(new RemoveDomain(origin.Id));

        Assert.Equal("base_missing", (await _b.Ask(new RestoreBackup(small.File))).ErrorCode);
        Assert.Null((await _b.Do(new RestoreBackup(whole.File))).BaseId);
        await IsAsItWas(clone.Id, hasBase: false);
        await _b.Do(new StartDomain(clone.Id));
        var running = await _b.Until(s => DomainsTable.Get(s, clone.Id), d => d!.Address is not null);
        Assert.NotEmpty(await Page(running!.Address!, "boot"));
        await _b.Ask(new ForceShutdownDomain(clone.Id));
        await Write(await Volume(clone.Id, "vdb"), "write -q -P 99 0 2M");
        await _b.Do(new RestoreBackup(whole.File, Over: clone.Id));
        await IsAsItWas(clone.Id, hasBase: false);
        await _b.Until(s => s.First<int>("SELECT COUNT(*) FROM domains"), count => count == 2);
        Assert.Equal(3, Directory.GetFiles(_b.Settings.Pool).Length);

        // made anew it has other files, and is the same base
        await _b.Ask(new RemoveDomain(clone.Id));
        await _b.Do(new RestoreBackup(ofBase.File));
        Assert.Equal(origin.Id, (await _b.Do(new RestoreBackup(small.File))).BaseId);
        await IsAsItWas(clone.Id, hasBase: true);
    }

    private async Task<(DomainRow Origin, DomainRow Clone)> Clone()
    {
        var origin = await _b.Do(new ImportDomain("tiny.qcow2", _name, MemoryMib: 128));
        _made.Add(origin.Id);
        await _b.Do(new AddDisk(origin.Id, 16, VolumeKind.Data));
        await Write(await Volume(origin.Id, "vdb"), "write -q -P 66 0 128k");
        await _b.Do(new PrepareBase(origin.Id));
        var clone = await _b.Do(new Clone(origin.Id));
        _made.Add(clone.Id);
        await _b.Do(new AddDisk(clone.Id, 16, VolumeKind.Data));
        await PutFile(await Volume(clone.Id, "vdc"));
        await Write(await Volume(clone.Id, "vdb"), "write -q -z 0 64k", "write -q -P 87 1M 64k");
        return (origin, clone);
    }

    private async Task IsAsItWas(Guid id, bool hasBase)
    {
        var data = await Volume(id, "vdb");
        await Programs.Run("qemu-io", "-r", "-f", "qcow2", "-c", "read -q -P 0 0 64k", "-c", "read -q -P 66 64k 64k", "-c", "read -q -P 87 1M 64k", data);
        using var info = JsonDocument.Parse(await Programs.Run("qemu-img", "info", "--output=json", data));
        Assert.Equal(hasBase, info.RootElement.TryGetProperty("backing-filename", out _));
        Assert.Equal("an essay", await FileOf(await Volume(id, "vdc")));
    }

    private static Task<string> Write(string path, params IEnumerable<string> commands) => Programs.Run("qemu-io", ["-f", "qcow2", .. commands.SelectMany(c => (string[])["-c", c]), path]);

    // a file in a file system, as a guest would have made it
    private async Task PutFile(string path)
    {
        var (folder, raw) = (Directory.CreateDirectory(Path.Combine(_b.Settings.Library, "guest")).FullName, Path.Combine(_b.Settings.Library, "guest.raw"));
        await File.WriteAllTextAsync(Path.Combine(folder, "essay.txt"), "an essay");
        await Programs.Run("mkfs.ext4", "-q", "-d", folder, raw, "16M");
        await Programs.Run("qemu-img", "convert", "-n", "-f", "raw", "-O", "qcow2", raw, path);
        Directory.Delete(folder, recursive: true);
        File.Delete(raw);
    }

    private async Task<string> FileOf(string path)
    {
        var raw = Path.Combine(_b.Settings.Library, "looked-at.raw");
        await Programs.Run("qemu-img", "convert", "-f", "qcow2", "-O", "raw", path, raw);
        var text = await Programs.Run("debugfs", "-R", "cat /essay.txt", raw);
        File.Delete(raw);
        return text.Trim();
    }

    private async Task<string> Volume(Guid id, string target) => (await _b.Db.Read(s => VolumesTable.Of(s, id))).Single(v => v.Target == target).Path;

    private async Task<(string File, long SizeBytes)> Take(Guid id, bool whole)
    {
        var row = await _b.Ask(new BackupDomain(id, whole));
        Assert.True(row.State is RequestState.Done, row.ErrorText);
        return (row.Result!.Value.GetProperty("file").GetString()!, row.Result!.Value.GetProperty("size_bytes").GetInt64());
    }
}
