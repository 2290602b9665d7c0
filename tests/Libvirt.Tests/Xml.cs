namespace Libvirt.Tests;

/// <summary>Descriptions that the test driver takes. Names are unique: all connections to test:///default see the same world.</summary>
internal static class Xml
{
    public static string Domain(out string name)
    {
        name = $"d-{Guid.NewGuid():N}";
        return $"<domain type='test'><name>{name}</name><memory unit='KiB'>8192</memory><vcpu>2</vcpu><os><type>hvm</type></os></domain>";
    }

    public static string Domain() => Domain(out _);

    public static string Network(out string name)
    {
        name = $"n-{Guid.NewGuid():N}"[..12];
        return $"<network><name>{name}</name><bridge name='{name}'/><ip address='10.99.99.1' netmask='255.255.255.0'/></network>";
    }
}
