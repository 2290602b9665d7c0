using System.Globalization;
using System.Xml.Linq;

namespace Libvirt.Tests;

/// <summary>What the README shows, as it stands there: here what the test driver can do, in <see cref="QemuReadmeTests"/> the rest.</summary>
public sealed class ReadmeTests : IDisposable
{
    private readonly CancellationTokenSource _limit = new(TimeSpan.FromSeconds(30));

    // Stands in front of the real one, so that it can be seen what is printed.
    private StringWriter Console { get; } = new(CultureInfo.InvariantCulture);

    public void Dispose()
    {
        _limit.Dispose();
        Console.Dispose();
    }

    [Fact]
    public void EveryExampleOfTheReadmeIsInTheseTests()
    {
        var tests = string.Join('\n', new[] { nameof(ReadmeTests), nameof(QemuReadmeTests) }.Select(t => Lines(File.ReadAllText(Path.Combine(Source.Tests, t + ".cs")))));
        var examples = File.ReadAllText(Path.Combine(Source.Folder, "README.md")).Split("```csharp\n").Skip(1).Select(b => b.Split("```")[0])
            .SelectMany(b => b.Split("\n\n")).Select(Lines).ToList();
        Assert.NotEmpty(examples);
        Assert.All(examples, e => Assert.Contains(e, tests, StringComparison.Ordinal));

        // Indentation is the page's own.
        static string Lines(string text) => string.Join('\n', text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void ThePackageHasTheVersionOfTheLibvirtItDescribes()
    {
        var project = XDocument.Load(Path.Combine(Source.Folder, "Libvirt.csproj"));
        var described = File.ReadAllText(Path.Combine(Source.Folder, "Api", "README.md"));
        Assert.Contains($"libvirt {Version.Parse(project.Descendants("Version").Single().Value).ToString(3)} ", described, StringComparison.Ordinal);
    }

    [Fact]
    public void Lists()
    {
        using var connect = Connect.Open("test:///default");
        foreach (var domain in connect.ListAllDomains())
        {
            using (domain)
                Console.WriteLine($"{domain.GetName()}: {domain.GetState().State}");
        }
        Assert.Contains("test: Running", $"{Console}", StringComparison.Ordinal);
    }

    [Fact]
    public void DescribesAMachineOfVirtualBox()
    {
        var machine = new DomainDescription
        {
            Type = "vbox",
            Name = "machine",
            MemoryKib = 2 * 1024 * 1024,
            Boot = ["hd", "cdrom"],
            Features = ["acpi", "apic", "pae"],
            Devices =
            [
                new DiskDescription { Source = "/machines/machine.vdi", Format = null, Target = "sda", Bus = "sata" },      // VirtualBox knows formats by itself
                new InterfaceDescription { Nat = true, Model = "82540EM" },
                new FilesystemDescription { Source = "/home/user/stuff", Target = "stuff" },
                new PortDescription { Type = "pipe", Path = "/tmp/serial", Port = 0 },
                new UsbDescription { Vendor = 0x1234, Product = 0xbeef },
                new GraphicsDescription { Type = "rdp", Address = "127.0.0.1", Port = 3389 },
            ],
        };
        VirtualBoxDescriptionTests.Validate(machine);
    }

    [Fact]
    public void ListsWithAddresses()
    {
        using var connect = Connect.Open("test:///default");
        foreach (var domain in connect.ListAllDomains(ConnectListAllDomainsFlags.Active))
        {
            using (domain)
            {
                var addresses = domain.InterfaceAddresses(DomainInterfaceAddressesSource.Lease).SelectMany(i => i.Addrs).Select(a => $"{a.Addr}/{a.Prefix}");
                Console.WriteLine($"{domain.GetName()} {domain.GetInfo().Memory / 1024} MiB {string.Join(' ', addresses)}");
            }
        }
        Assert.Contains(" MiB 192.168.122.3/24", $"{Console}", StringComparison.Ordinal);
    }

    [Fact]
    public async Task ADomainsLife()
    {
        var (xml, path, stop) = (Xml.Domain(), Path.GetTempFileName(), _limit.Token);
        using var connect = await Connect.OpenAsync("test:///default", cancellationToken: stop);

        using var domain = await connect.DomainDefineXMLAsync(xml, cancellationToken: stop);
        var events = connect.ReadEvents<DomainEventLifecycle>(handler => connect.DomainEventLifecycleRegister(handler, domain), stop);
        await domain.CreateAsync(cancellationToken: stop);
        await foreach (var e in events)
        {
            Console.WriteLine($"{e.Name} {e.Event} {(DomainEventStartedDetailType)e.Detail}");
            if (e.Event == DomainEventType.Started)
                break;
        }

        await using (var picture = File.Create(path))
            Console.WriteLine(await domain.ScreenshotAsync(picture, cancellationToken: stop));     // image/png, or image/x-portable-pixmap

        await domain.ManagedSaveAsync(cancellationToken: stop);     // its memory is on disk,
        await domain.CreateAsync(cancellationToken: stop);          // from where this start takes it
        await domain.DestroyAsync(cancellationToken: stop);         // pulls the plug; ShutdownAsync asks the guest
        await domain.UndefineAsync(DomainUndefineFlagsValues.ManagedSave | DomainUndefineFlagsValues.SnapshotsMetadata, stop);

        Assert.Contains($" Started Booted\nimage/png\n", $"{Console}", StringComparison.Ordinal);
        Assert.True(new FileInfo(path).Length > 0);
        Assert.Throws<LibvirtException>(() => domain.GetState());
        File.Delete(path);
    }

    [Fact]
    public void PollsStatistics()
    {
        using var connect = Connect.Open("test:///default");
        foreach (var stats in connect.GetAllDomainStats(DomainStatsTypes.State | DomainStatsTypes.CpuTotal | DomainStatsTypes.Balloon, ConnectGetAllDomainStatsFlags.Nowait))
        {
            using (stats)
                Console.WriteLine($"{stats.Domain.GetName()} {stats.State?.State} {stats.Cpu?.Time} ns {stats.Balloon?.Current} KiB");
        }
        Assert.Contains("test Running", $"{Console}", StringComparison.Ordinal);
    }

    [Fact]
    public void AnErrorIsDecidedOnByItsCode()
    {
        using var connect = Connect.Open("test:///default");
        try
        {
            using var domain = connect.LookupDomainByName("nobody");
            domain.Create();
        }
        catch (LibvirtException e) when (e.Code == ErrorNumber.NoDomain)
        {
            Console.WriteLine("There is none.");
        }
        catch (LibvirtException e) when (e.IsConnectionLost)
        {
            Console.WriteLine("Open another connection.");
        }
        Assert.Equal("There is none.\n", $"{Console}");
    }

    [Fact]
    public async Task WhoAsksIsAnswered()
    {
        var node = Path.GetTempFileName();
        await File.WriteAllTextAsync(node, "<node><auth><user password='secret'>ali</user></auth></node>");
        var (uri, stop) = ($"test://{node}", _limit.Token);

        using var connect = Connect.OpenAuth(uri, "ali", "secret");

        using var other = await Connect.OpenAsync(uri, credentials: wanted =>
        {
            foreach (var credential in wanted)
                credential.Result = credential.Type == ConnectCredentialType.Passphrase ? "secret" : "ali";
            return true;        // false gives up
        }, timeLimit: TimeSpan.FromSeconds(10), cancellationToken: stop);

        Assert.True(connect.IsAlive());
        Assert.True(other.IsAlive());
        File.Delete(node);
    }

    [Fact]
    public void AUriIsMadeOfParts()
    {
        var uri = new ConnectUri { Driver = "qemu", Transport = ConnectTransport.Ssh, User = "root", Host = "node7", Path = "/system", KeyFile = "/etc/keys/node7" };
        Console.WriteLine(uri);     // qemu+ssh://root@node7/system?keyfile=%2Fetc%2Fkeys%2Fnode7
        var host = ConnectUri.Parse("qemu+tls://node7:16515/system").Host;
        Assert.Equal("node7", host);
        Assert.Equal("qemu+ssh://root@node7/system?keyfile=%2Fetc%2Fkeys%2Fnode7\n", $"{Console}");
    }

    [Fact]
    public void XmlIsReadAsXml()
    {
        using var connect = Connect.Open("test:///default");
        using var domain = connect.LookupDomainByName("test");
        var xml = XElement.Parse(domain.GetXMLDesc(DomainXMLFlags.Inactive));
        var macs = xml.Elements("devices").Elements("interface").Elements("mac").Attributes("address").Select(a => a.Value);
        Assert.Equal(["aa:bb:cc:dd:ee:ff"], macs);
    }
}
