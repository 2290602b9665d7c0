using Broker.Backend.VmManagers;
using Broker.Backend.VmManagers.Libvirt;
using Broker.Testing;
using VirtualBox;
using VirtualBox.Tests;

namespace Broker.Backend.Tests.VmManagers;

/// <summary>Machines that the real VirtualBox exported.</summary>
[Trait("Category", "Long")]
public sealed class RealOvaTests : IClassFixture<RealVirtualBox>
{
    private const int Capacity = 64 << 20;

    private readonly RealVirtualBox _real;
    private readonly NodeSettings _settings;
    private readonly Qcow2Disks _disks;

    public RealOvaTests(RealVirtualBox real)
    {
        _real = real;
        var folder = real.NewFolder();
        _settings = new("here", "qemu:///system", $"{folder}/pool", $"{folder}/library", "/absent");
        foreach (var made in (string[])[_settings.PoolFolder, _settings.LibraryFolder]) Directory.CreateDirectory(made);
        _disks = new(_settings);
    }

    [RealFact]
    public async Task A_machine_is_imported_with_the_content_of_its_disk_whatever_edition_of_the_format_it_has()
    {
        foreach (var (edition, name) in ((string, string)[])[("--legacy09", "m1"), ("--ovf09", "m2"), ("--ovf10", "m3"), ("--ovf20", "m4"), ("--ovf10", "a màquina (1) & 100%41")])
        {
            var (machine, raw) = await MakeMachine(name);
            File.Delete(InLibrary("machine.ova"));
            await Export(machine, "machine.ova", edition, "--options", "manifest");
            var listed = Assert.Single(_disks.Library());
            Assert.Equal(("ova", Capacity, null), (listed.Format, listed.CapacityBytes, listed.Problem));
            var target = _disks.PathOf(Guid.NewGuid());

            Assert.Equal(Capacity, Import(target));

            await Programs.Run("qemu-img", "compare", "-q", "-f", "raw", "-F", "qcow2", raw, target);
        }
    }

    [RealFact]
    public async Task An_export_that_was_damaged_on_its_way_is_refused()
    {
        var (machine, _) = await MakeMachine("machine");
        await Export(machine, "machine.ova", "--options", "manifest");
        await using (var file = File.OpenWrite(InLibrary("machine.ova")))
        {
            file.Seek(file.Length / 2, SeekOrigin.Begin);
            file.Write("damage"u8);
        }

        Assert.Contains("SHA1 sum", Assert.Throws<VmException>(() => Import(_disks.PathOf(Guid.NewGuid()))).Message, StringComparison.Ordinal);
    }

    [RealFact]
    public async Task A_CD_is_no_disk_and_a_second_disk_is_one_too_many()
    {
        var (machine, _) = await MakeMachine("machine");
        var folder = (await machine.Read()).Folder;
        await File.WriteAllBytesAsync($"{folder}/cd.iso", new byte[64 << 10]);
        await machine.Attach("SATA", 1, 0, Drive.Dvd, $"{folder}/cd.iso");
        await Export(machine, "machine.ova", "--options", "manifest,iso");
        Assert.Equal(Capacity, Import(_disks.PathOf(Guid.NewGuid())));

        await Medium.Create(_real.VBox, $"{folder}/second.vdi", 8);
        await machine.Attach("SATA", 2, 0, Drive.HardDisk, $"{folder}/second.vdi");
        await Export(machine, "two.ova");

        Assert.Contains("2 hard disks (machine-disk", _disks.Library().Single(i => i.File == "two.ova").Problem, StringComparison.Ordinal);
    }

    private async Task<(Machine Machine, string Raw)> MakeMachine(string name)
    {
        var machine = await _real.NewMachine(name);
        var folder = (await machine.Read()).Folder;
        var raw = $"{folder}/raw";
        await using (var file = File.Create(raw))
        {
            var content = new byte[5 << 20];
            new Random(7).NextBytes(content);
            (content[510], content[511]) = (0x55, 0xAA);
            file.Write(content);
            file.SetLength(Capacity);
            file.Seek(Capacity - 100_000, SeekOrigin.Begin);
            file.Write(content, 0, 100_000);
        }
        await _real.VBox.Run(_real.VBox.Command("convertfromraw", raw, $"{folder}/disk.vdi", "--format", "VDI"));
        await machine.AddController(new("SATA", StorageBus.Sata));
        await machine.Attach("SATA", 0, 0, Drive.HardDisk, $"{folder}/disk.vdi");
        return (machine, raw);
    }

    private async Task Export(Machine machine, string file, params IEnumerable<string> options) =>
        await _real.VBox.Run(_real.VBox.Command(["export", $"{machine.Uuid}", "--output", InLibrary(file), .. options]));

    private string InLibrary(string file) => Path.Combine(_settings.LibraryFolder, file);

    private long Import(string target) => _disks.Import("machine.ova", target, new Progress<int>(), CancellationToken.None);
}
