using System.Collections.Concurrent;

namespace Libvirt.Tests;

public class OtherEventTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    [Fact]
    public void NetworksTellOfTheirLife()
    {
        using var connect = Connect.Open("test:///default");
        var events = new BlockingCollection<NetworkEventLifecycle>();
        using var all = connect.NetworkEventLifecycleRegister(events.Add);
        using var network = connect.NetworkDefineXML(Xml.Network(out var name));
        network.Create();
        network.Destroy();
        network.Undefine();
        Assert.Equal(
            [NetworkEventLifecycleType.Defined, NetworkEventLifecycleType.Started, NetworkEventLifecycleType.Stopped, NetworkEventLifecycleType.Undefined],
            Take(events, 4, e => e.Name == name && e.UUID == network.GetUUID()).Select(e => e.Event));
    }

    [Fact]
    public void StoragePoolsTellOfTheirLifeAndWhenTheyWereRefreshed()
    {
        using var connect = Connect.Open("test:///default");
        using var pool = connect.StoragePoolDefineXML($"<pool type='dir'><name>p-{Guid.NewGuid():N}</name><target><path>/nowhere</path></target></pool>");
        var events = new BlockingCollection<object>();
        using var life = connect.StoragePoolEventLifecycleRegister(events.Add, pool);
        using var refresh = connect.StoragePoolEventRefreshRegister(events.Add, pool);
        pool.Create();
        pool.Refresh();
        pool.Destroy();
        pool.Undefine();
        var (id, name) = (pool.GetUUID(), pool.GetName());
        Assert.Equal(
        [
            new StoragePoolEventLifecycle(id, name, StoragePoolEventLifecycleType.Started, 0),
            new StoragePoolEventRefresh(id, name),
            new StoragePoolEventLifecycle(id, name, StoragePoolEventLifecycleType.Stopped, 0),
            new StoragePoolEventLifecycle(id, name, StoragePoolEventLifecycleType.Undefined, 0),
        ], Take(events, 4, e => e is not StoragePoolEventLifecycle { Event: StoragePoolEventLifecycleType.Defined }));
    }

    [Fact]
    public void DevicesOfTheHostTellWhenTheyComeAndGo()
    {
        using var connect = Connect.Open("test:///default");
        using var parent = connect.LookupNodeDeviceByName("scsi_host1");
        var events = new BlockingCollection<NodeDeviceEventLifecycle>();
        using var all = connect.NodeDeviceEventLifecycleRegister(events.Add);
        using var update = connect.NodeDeviceEventUpdateRegister(_ => { }, parent);
        using var device = connect.NodeDeviceCreateXML("<device><parent>scsi_host1</parent><capability type='scsi_host'><capability type='fc_host'>" +
            "<wwnn>1000000023452345</wwnn><wwpn>1000000023452346</wwpn></capability></capability></device>");
        var name = device.GetName();
        device.Destroy();
        Assert.Equal(
        [
            new(name, NodeDeviceEventLifecycleType.Created, 0),
            new(name, NodeDeviceEventLifecycleType.Deleted, 0),
        ], Take(events, 2, e => e.Name == name));
    }

    internal static List<T> Take<T>(BlockingCollection<T> events, int count, Func<T, bool> which)
    {
        var taken = new List<T>();
        while (taken.Count < count && events.TryTake(out var e, Limit))
        {
            if (which(e))
                taken.Add(e);
        }
        return taken;
    }
}
