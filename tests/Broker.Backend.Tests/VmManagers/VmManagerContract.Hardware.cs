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
    public async Task What_was_defined_reads_back_as_it_was_with_nothing_beside_it()
    {
        var blank = await DefineBlank();
        var spec = blank with { MemoryKib = 96 * 1024, Vcpus = 2, Cds = [new("hda", null)] };
        Node.Define(spec);
        var found = Node.Describe(spec.Id)!;

        Assert.Equal((spec.Id, spec.Name, Power.Off, spec.MemoryKib, spec.Vcpus, spec.Mac), (found.Id, found.Name, found.Power, found.MemoryKib, found.Vcpus, found.Mac));
        Assert.Equal([(spec.Disks[0].Path, Node.Disks.Format, 64 * MiB)], found.Disks.Select(d => (d.Path, d.Format, d.CapacityBytes!.Value)));
        Assert.Empty(found.Obstacles);
        Assert.Empty(found.Changes);
        Assert.Empty(found.NotNow);
        Assert.Null(Node.Describe(Guid.NewGuid()));
        Node.Start(spec.Id);
        Assert.Equal(Power.Running, Node.Describe(spec.Id)!.Power);
    }

    [Fact]
    public async Task A_disk_that_others_made_is_copied_with_what_it_lies_on_and_never_deleted()
    {
        var (lowest, top) = await CloneOfBlank();
        await WriteMark(top, 'B');
        var theirs = Path.Combine(Settings.PoolFolder, "theirs" + Path.GetExtension(top));
        if (Node.As<ICanAdopt>() is { } adopting)
        {
            var copy = NewVolume();
            for (var time = 0; time < 2; time++)
                Assert.Equal(64 * MiB, adopting.CopyDisk(new("vda", top, Node.Disks.Format, [lowest], 64 * MiB), copy, new Progress(), CancellationToken.None));
            Assert.Equal((true, true, null), (await HasMark(copy, 'A'), await HasMark(copy, 'B'), Node.Disks.BackingOf(copy)));
        }

        File.Copy(lowest, theirs);
        Assert.Contains("not made by Broker", Assert.Throws<VmException>(() => Node.Disks.Delete(theirs)).Message, StringComparison.Ordinal);
        Assert.True(File.Exists(theirs));
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

    [Fact]
    public async Task A_divided_folder_has_a_part_for_each_machine_which_stays_with_what_is_in_it()
    {
        var shared = Directory.CreateDirectory(Path.Combine(Settings.PoolFolder, "shared")).FullName;
        var hardware = Hardware.Usual.With(DeviceKind.Filesystem, [DeviceOptions.Parse($"source={shared},target=home,part=own")]);
        var spec = Spec([new("vda", await ImportBlank(), Node.Disks.Format, [])]) with { Hardware = hardware };
        var own = Path.Combine(shared, $"{spec.Id}");
        Node.Define(spec);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(own));
        await File.WriteAllTextAsync(Path.Combine(own, "letter"), "mine");
        Node.Define(spec with { MemoryKib = spec.MemoryKib * 2 });
        Node.Undefine(spec.Id);
        Assert.Equal([own], Directory.GetFileSystemEntries(shared));
        Assert.True(File.Exists(Path.Combine(own, "letter")));

        var other = Spec([]) with { Hardware = hardware };
        Directory.CreateSymbolicLink(Path.Combine(shared, $"{other.Id}"), "/etc");
        Assert.Contains("is a link", Assert.Throws<VmException>(() => Node.Define(other)).Message, StringComparison.Ordinal);
        Directory.Delete(shared, recursive: true);
        Assert.Contains("is not there", Assert.Throws<VmException>(() => Node.Define(spec)).Message, StringComparison.Ordinal);
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
