using System.Collections.Concurrent;
using Libvirt.Generated;

namespace Libvirt.Tests;

public class ErrorTests
{
    [Fact]
    public void EachOf32ThreadsSeesItsOwnErrorsAndResults()
    {
        using var connect = Connect.Open("test:///default");
        using var domain = connect.DomainDefineXML(Xml.Domain());
        var wrong = new ConcurrentBag<string>();
        var seen = 0;
        var threads = Enumerable.Range(0, 32).Select(t => new Thread(() =>
        {
            for (var i = 0; i < 250; i++)
            {
                var name = $"absent-{t}-{i}";
                try
                {
                    connect.LookupNetworkByName(name).Dispose();     // a failure that names what was looked for
                    wrong.Add($"{name} was found");
                }
                catch (LibvirtException e) when (e.Code == ErrorNumber.NoNetwork && e.Message.Contains($"'{name}'", StringComparison.Ordinal))
                {
                    Interlocked.Increment(ref seen);
                }
                catch (LibvirtException e)
                {
                    wrong.Add($"{name}: {e.Code} {e.Message}");
                }
                using var mine = domain.Ref();
                if (mine.GetInfo().NrVirtCpu != 2)
                    wrong.Add($"{name}: info");
            }
        })).ToList();
        threads.ForEach(t => t.Start());
        threads.ForEach(t => t.Join());
        Assert.Empty(wrong);
        Assert.Equal(32 * 250, seen);
        domain.Undefine();
    }

    [Fact]
    public void AnErrorCarriesWhatCKnows()
    {
        using var connect = Connect.Open("test:///default");
        var error = Assert.Throws<LibvirtException>(() => connect.LookupNetworkByName("absent"));
        Assert.Equal((ErrorNumber.NoNetwork, ErrorDomain.Test, ErrorLevel.Error), (error.Code, error.Domain, error.Level));
        Assert.Equal(3, error.Strings.Count);
        Assert.Equal(2, error.Numbers.Count);
        Assert.Contains("absent", error.Message);
    }

    // Child.Run holds that nothing is written.
    [Fact]
    public void NothingIsWrittenToStderr() => Assert.Equal(["InvalidArg", "NoNetwork", "XmlDetail", "InvalidDomain"], Child.Run("fail"));

    /// <summary>Writes the codes of some failures: before a connection, on one, of the library's own checks.</summary>
    internal static unsafe void InChild()
    {
        Write(() => Connect.Open("qemu+pigeon:///system"));
        using var connect = Connect.Open("test:///default");
        Write(() => connect.LookupNetworkByName("absent"));
        Write(() => connect.DomainDefineXML("<domain"));
        Write(() => LibvirtException.Check(Native.virDomainCreate(null)));

        static void Write(Action call) => Console.Out.WriteLine(Assert.Throws<LibvirtException>(call).Code);
    }
}
