using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using VirtualBox;

namespace Broker.Backend.VmManagers.VirtualBox;

/// <summary>
/// Where VirtualBox writes down base images and the clones' disks that hang on them: the settings file of a machine of ours that never runs.
/// <para>
/// A tree of disks stands in the file of one machine. Left to itself VirtualBox takes the first clone's, and does not write that file when another clone
/// gets its disk: once the server has gone, which it does five seconds after the last call, no clone but the first can be read any more (7.2).
/// </para>
/// </summary>
/// <param name="vbox">VirtualBox.</param>
/// <param name="home">The folder of its settings.</param>
/// <param name="pools">The folders of the images.</param>
/// <param name="folders">The folders of machines.</param>
[SuppressMessage("Reliability", "CA1001", Justification = "A semaphore whose wait handle nobody asked for holds nothing to give back.")]
internal sealed class ImageRegistry(VBoxManage vbox, string home, IReadOnlyCollection<string> pools, MachineFolders folders)
{
    private const string Name = "broker-images";
    private const string Controller = "SATA";
    private const string ChangedKey = "Broker/Changed";

    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>The machine's UUID, always the same for a folder of settings.</summary>
    public Guid Id { get; } = new(SHA256.HashData(Encoding.UTF8.GetBytes(home)).AsSpan(0, 16));

    private Machine Keeper => new(vbox, Id);

    /// <summary>Makes the machine where it is missing. What is registered first is read first, as these disks have to be.</summary>
    public async Task Prepare()
    {
        try
        {
            // what is left there when a process was killed
            var report = await Keeper.Read();
            foreach (var place in report.Attachments) await Keeper.Detach(place.Controller, place.Port, place.Device);
            if (report.Controllers.All(c => c.Name != Controller)) await AddController();
            return;
        }
        catch (MachineNotFoundException)
        {
            // so it is made
        }
        folders.Delete(Id);
        await Machine.Create(vbox, new(Name) { Uuid = Id, BaseFolder = folders.Of(Id) });
        await AddController();
    }

    /// <summary>Makes VirtualBox know a disk that is about to become a machine's, and write it down.</summary>
    public async Task Enter(string path)
    {
        await _turn.WaitAsync();
        try
        {
            await Open(path);
            await Write();
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Makes VirtualBox write down what it knows now. Any change of the machine does.</summary>
    public Task Write() => Keeper.SetExtra(ChangedKey, $"{Guid.NewGuid()}");

    /// <summary>Makes VirtualBox know a disk for a look, and those below it, which it may have forgotten with the last machine that needed them.</summary>
    public async Task<Medium> Look(string path)
    {
        await _turn.WaitAsync();
        try
        {
            return await Open(path);
        }
        finally
        {
            _turn.Release();
        }
    }

    private Task AddController() => Keeper.AddController(new(Controller, StorageBus.Sata) { Ports = 1 });

    private async Task<Medium> Open(string path)
    {
        try
        {
            return await Medium.Get(vbox, path);
        }
        catch (VBoxManageException) when (VdiFile.Read(path) is { } disk && disk.Parent != Guid.Empty)
        {
            var below = pools.Where(Directory.Exists).SelectMany(pool => Directory.EnumerateFiles(pool, "*" + VdiDisks.Extension)).FirstOrDefault(file => VdiFile.Read(file)?.Id == disk.Parent)
                ?? throw new VmException($"The image below {path} (UUID {disk.Parent}) is not in {string.Join(", ", pools)}. Restore its file.");
            var medium = await Open(below);
            // a disk that a machine once had stays in that machine's file
            if (medium.Parent is null && medium.Children.Count == 0)
            {
                if (!medium.Machines.Contains(Id)) await Keeper.Attach(Controller, 0, 0, Drive.HardDisk, below);
                await Keeper.Detach(Controller, 0, 0);
            }
            return await Medium.Get(vbox, path);
        }
    }
}
