using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Libvirt.Tests;

public class ErrorTests
{
    [Fact]
    public void EachThreadSeesItsOwnErrors()
    {
        using var connect = Connect.Open("test:///default");
        using var domain = connect.DomainDefineXML(Xml.Domain());
        var wrong = new ConcurrentBag<string>();
        var seen = 0;
        var threads = Enumerable.Range(0, 16).Select(t => new Thread(() =>
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
        Assert.Equal(16 * 250, seen);
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

    [Fact]
    public void NothingIsWrittenToStderr()
    {
        var file = Path.GetTempFileName();
        var saved = dup(2);
        try
        {
            using (var target = File.OpenHandle(file, FileMode.Open, FileAccess.Write))
            {
                Assert.Equal(2, dup2((int)target.DangerousGetHandle(), 2));
                using var connect = Connect.Open("test:///default");
                Assert.Throws<LibvirtException>(() => connect.LookupNetworkByName("absent-on-stderr"));
            }
        }
        finally
        {
            Assert.Equal(2, dup2(saved, 2));
            Assert.Equal(0, close(saved));
        }
        Assert.DoesNotContain("absent-on-stderr", File.ReadAllText(file));
        File.Delete(file);
    }

    [DllImport("libc")]
    private static extern int dup(int fd);

    [DllImport("libc")]
    private static extern int dup2(int from, int to);

    [DllImport("libc")]
    private static extern int close(int fd);
}
