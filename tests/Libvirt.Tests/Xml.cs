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

    /// <summary>A pool in a folder that isn't there yet.</summary>
    public static string Pool(string below, out string name, out string folder)
    {
        name = $"p-{Guid.NewGuid():N}";
        folder = Path.Combine(below, name);
        return $"<pool type='dir'><name>{name}</name><target><path>{folder}</path></target></pool>";
    }

    /// <summary>One that runs.</summary>
    public static StoragePool StartedPool(Connect connect, string below)
    {
        var pool = connect.StoragePoolDefineXML(Pool(below, out _, out _));
        pool.Build();
        pool.Create();
        return pool;
    }

    /// <summary>A volume of 1 MiB.</summary>
    public static string Volume(string name, string format = "qcow2") =>
        $"<volume><name>{name}</name><capacity unit='MiB'>1</capacity><target><format type='{format}'/></target></volume>";

    /// <summary>A filter that lets everything pass.</summary>
    public static string Filter(out string name)
    {
        name = $"f-{Guid.NewGuid():N}";
        return $"<filter name='{name}' chain='root'><rule action='accept' direction='inout' priority='500'/></filter>";
    }
}
