using System.Globalization;
using System.Text;
using Broker.Backend.VmManagers;
using Broker.Backend.VmManagers.Libvirt;
using Broker.Core.Devices;
using Broker.Testing;

namespace Broker.Backend.Tests.VmManagers;

public sealed class DomainXmlTests
{
    private static readonly DomainSpec Clone = new(Guid.Parse("0192a5b0-0000-7000-8000-0000000000a1"), "ana-linux", 1048576, 2, "52:54:00:12:34:56",
        [new("vda", "/pool/clone.qcow2", "qcow2", ["/pool/middle.qcow2", "/pool/lowest.qcow2"])], "/run/broker/displays/a1.sock")
    {
        Cds = [new("hda", "install.iso"), new("hdb", null)],
    };

    [Theory]
    [InlineData("qemu")]
    [InlineData("kvm")]
    public void A_definition_is_what_was_reviewed(string virtType) =>
        Golden.Check($"tests/Broker.Backend.Tests/VmManagers/domain-{virtType}.golden", DomainXml.Write(Clone, virtType, file => $"/library/{file}"));

    [Fact]
    public void Names_can_not_become_markup()
    {
        var xml = System.Xml.Linq.XElement.Parse(DomainXml.Write(Clone with { Name = "</name><os>&\"'" }, "qemu", file => file));

        Assert.Equal("</name><os>&\"'", (string?)xml.Element("name"));
        Assert.Single(xml.Elements("os"));
    }

    [Theory]
    [InlineData(4, 2)]
    [InlineData(3, null)]
    public void Processors_are_laid_out_as_was_chosen_if_their_number_fits(int vcpus, int? sockets)
    {
        var chosen = Hardware.Usual.With(DeviceKind.Cpu, [DeviceOptions.Parse("cores=2")]);
        var topology = System.Xml.Linq.XElement.Parse(DomainXml.Write(Clone with { Vcpus = vcpus, Hardware = chosen }, "qemu", file => file)).Element("cpu")!.Element("topology");

        Assert.Equal(sockets, (int?)topology?.Attribute("sockets"));
    }

    [Fact]
    public void Each_state_and_reason_of_libvirt_has_its_words()
    {
        var table = new StringBuilder();
        foreach (var state in Enum.GetValues<global::Libvirt.DomainState>())
            for (var reason = 0; reason < 15; reason++)
            {
                var (power, detail) = Lifecycle.Read(state, reason);
                if (reason == 0 || detail != Lifecycle.Read(state, reason - 1).Detail)
                    table.Append(CultureInfo.InvariantCulture, $"state {state} {reason}: {power} {detail}\n");
            }
        foreach (var news in Enum.GetValues<global::Libvirt.DomainEventType>())
            for (var detail = 0; detail < 10; detail++)
                if (Lifecycle.Read(new global::Libvirt.DomainEventLifecycle(Guid.Empty, "x", news, detail)) is var (power, word) && (detail == 0 || word != Lifecycle.Read(new global::Libvirt.DomainEventLifecycle(Guid.Empty, "x", news, detail - 1))?.Detail))
                    table.Append(CultureInfo.InvariantCulture, $"event {news} {detail}: {power} {word}\n");

        Golden.Check("tests/Broker.Backend.Tests/VmManagers/lifecycle.golden", table.ToString());
    }
}
