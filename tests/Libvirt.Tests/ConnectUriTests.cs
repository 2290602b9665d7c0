namespace Libvirt.Tests;

public class ConnectUriTests
{
    [Theory]
    [InlineData("qemu:///system")]
    [InlineData("qemu:///session")]
    [InlineData("qemu:///embed?root=%2Fvar%2Flib%2Fembedded")]
    [InlineData("qemu:///system?socket=%2Frun%2Fother%2Flibvirt-sock")]
    [InlineData("qemu+unix:///system?mode=legacy&socket=%2Frun%2Fother%2Flibvirt-sock")]
    [InlineData("qemu+ssh://root@node7/system")]
    [InlineData("qemu+ssh://node7:2222/system?proxy=native&command=%2Fopt%2Fbin%2Fssh&keyfile=%2Fkey&no_verify=1&no_tty=1")]
    [InlineData("qemu+ssh://node7/system?socket=%2Fs&netcat=%2Fopt%2Fnc")]
    [InlineData("qemu+libssh2://user%40home@node7/system?known_hosts=%2Fk&known_hosts_verify=auto&sshauth=agent%2Cprivkey")]
    [InlineData("qemu+libssh://node7/system?known_hosts_verify=ignore")]
    [InlineData("qemu://node7/system")]
    [InlineData("qemu+tls://[2001:db8::1]:16514/system?name=qemu%3A%2F%2F%2Fsession&pkipath=%2Fpki&tls_priority=NORMAL%3A-VERS-SSL3.0")]
    [InlineData("qemu+tcp://[fe80::1%25ab0]/system")]
    [InlineData("qemu+tcp://192.0.2.7/system")]
    [InlineData("qemu+ext:///system?command=%2Fopt%2Fconnect")]
    [InlineData("xen://towada/system?no_verify=1")]
    [InlineData("lxc:///system")]
    [InlineData("vbox:///session")]
    [InlineData("vbox+ssh://me@host/session")]
    [InlineData("vbox:///system")]
    [InlineData("vbox+unix:///session")]
    [InlineData("vbox+unix:///session?socket=%2Frun%2Fuser%2F1000%2Flibvirt%2Flibvirt-sock")]
    [InlineData("vbox+tcp://host/session")]
    [InlineData("vbox+tcp://user@example.com/session")]
    [InlineData("vbox+ssh://user@example.com/session")]
    [InlineData("test:///default")]
    [InlineData("test:///a%20folder/n%C3%B6de.xml")]
    [InlineData("test+tcp://localhost:5000/default")]
    [InlineData("esx://root@example-esx.com/?no_verify=1&proxy=http%3A%2F%2Fp%3A80")]
    [InlineData("vpx://vcenter/dc1/cluster/srv1?auto_answer=1")]
    [InlineData("hyperv://host/?transport=http")]
    [InlineData("vmwareplayer:///session")]
    public void AnUriIsReadAndWrittenAsItWas(string uri) => Assert.Equal(uri, ConnectUri.Parse(uri).ToString());

    [Theory]
    [InlineData("qemu:/system", "qemu:///system")]
    [InlineData("xen://towada", "xen://towada/")]
    [InlineData("qemu+ssh://n/system?no_tty=0&keyfile=/k;no_verify=2", "qemu+ssh://n/system?keyfile=%2Fk&no_verify=1")]
    public void WhatMayBeWrittenInTwoWaysIsWrittenInOne(string uri, string written) => Assert.Equal(written, ConnectUri.Parse(uri).ToString());

    [Theory]
    [InlineData("", "qemu:///system")]
    [InlineData("qemu", "qemu:///system")]
    [InlineData("//host/system", "qemu:///system")]
    [InlineData("QEMU:///system", "driver 'QEMU'")]
    [InlineData("qemu+pigeon:///system", "unix, ssh, libssh, libssh2, tls, tcp, ext are")]
    [InlineData("qemu+:///system", "driver[+transport]")]
    [InlineData("qemu+ssh://bad host/system", "host 'bad host'")]
    [InlineData("qemu+ssh://-oProxyCommand=x/system", "host '-oProxyCommand=x'")]
    [InlineData("qemu+tcp://[::zz]/system", "host '::zz'")]
    [InlineData("qemu+tcp://host:0/system", "1 to 65535")]
    [InlineData("qemu+tcp://host:65536/system", "1 to 65535")]
    [InlineData("qemu+unix://host/system", "host, 'host', but the transport unix stays on this machine")]
    [InlineData("qemu+unix://me@/system", "user, 'me'")]
    [InlineData("qemu+ext:///system", "needs a command")]
    [InlineData("qemu+ext://host/system?command=/c", "leaves that to its command")]
    [InlineData("qemu+tcp://host/system?socket=/s", "socket belongs to unix, ssh, libssh, libssh2, not to tcp")]
    [InlineData("qemu+ssh://host/system?known_hosts=/k", "known_hosts belongs to libssh, libssh2, not to ssh")]
    [InlineData("qemu:///system?pkipath=/k", "pkipath belongs to tls, not to unix")]
    [InlineData("qemu://host/system?keyfile=/k", "keyfile belongs to ssh, libssh, libssh2, not to tls")]
    [InlineData("qemu+ssh://host/system?proxy=native&netcat=nc", "netcat goes with")]
    [InlineData("qemu+ssh://host/system?proxy=yes", "auto, netcat, native are")]
    [InlineData("qemu+ssh://host/system?mode=x", "auto, direct, legacy are")]
    [InlineData("qemu+ssh://host/system?no_tty=yes", "1 or 0")]
    [InlineData("qemu+ssh://host/system?socket=s", "begins with a slash")]
    [InlineData("qemu+ssh://host/system?keyfile=", "keyfile is empty")]
    [InlineData("qemu+ssh://host/system?keyfile", "'keyfile'")]
    [InlineData("qemu+ssh://host/system?keyfile=/a&keyfile=/b", "once")]
    [InlineData("esx:///", "name its host")]
    [InlineData("vbox:///", "/session was expected")]
    [InlineData("vbox://example.com", "/session was expected")]
    [InlineData("vbox:///default", "'/default'")]
    [InlineData("vbox+unix://user@/session", "user, 'user'")]
    public void WhatIsWrongIsNamedWithItsRemedy(string uri, string message) =>
        Assert.Contains(message, Assert.Throws<FormatException>(() => ConnectUri.Parse(uri)).Message);

    [Theory]
    [InlineData("node7\n")]
    [InlineData("node7?command=x")]
    [InlineData("node7/system#")]
    [InlineData("me@node7")]
    [InlineData("fe80::1%\n")]
    [InlineData("fe80::1%a@b")]
    [InlineData("fe80::1%a]/system?command=x#")]
    public void AHostIsNothingButAHost(string host) =>
        Assert.Contains("The host", Assert.Throws<FormatException>(() => new ConnectUri { Driver = "qemu", Host = host }.ToString()).Message);

    // libvirt takes %ab for one byte unless the % of the zone is written %25.
    [Fact]
    public void AZoneIsWrittenAsLibvirtReadsIt()
    {
        var uri = new ConnectUri { Driver = "qemu", Transport = ConnectTransport.Tcp, Host = "fe80::1%ab0", Path = "/system" }.ToString();
        Assert.Equal("fe80::1%ab0", ConnectUri.Parse(uri).Host);
        Assert.Contains("'fe80::1%ab0'", Assert.Throws<LibvirtException>(() => Connect.Open(uri)).Message);
    }

    [Fact]
    public void WhateverIsReadIsWrittenSoThatItReadsTheSame()
    {
        var random = new Random(20261121);
        const string signs = "qemu+ssh:/@?=&;%[]#.-_ 0123456789aZ\u00e9\0";
        string[] uris =
            ["qemu+ssh://me@node7:22/system?keyfile=/k&no_tty=1", "qemu+tls://[::1]/system?pkipath=%2Fpki", "esx://h/?no_verify=1", "test:///a%20b", "qemu+ext:///s?command=/c"];
        var read = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var text = uris[random.Next(uris.Length)].ToList();
            for (var changes = random.Next(1, 4); changes > 0; changes--)
            {
                var at = random.Next(text.Count);
                if (random.Next(3) == 0)
                    text.RemoveAt(at);
                else if (random.Next(2) == 0)
                    text.Insert(at, signs[random.Next(signs.Length)]);
                else
                    text[at] = signs[random.Next(signs.Length)];
            }
            ConnectUri uri;
            try
            {
                uri = ConnectUri.Parse(string.Concat(text));
            }
            catch (FormatException)
            {
                continue;
            }
            read++;
            var written = uri.ToString();
            Assert.Equal(written, ConnectUri.Parse(written).ToString());
        }
        Assert.InRange(read, 1000, 19_000);
    }

    [Fact]
    public void PartsThatDoNotGoTogetherAreNotWritten()
    {
        Assert.Equal("qemu+ssh://root@node7:2222/system?keyfile=%2Fetc%2Fkeys%2Fnode%207", new ConnectUri
        {
            Driver = "qemu",
            Transport = ConnectTransport.Ssh,
            User = "root",
            Host = "node7",
            Port = 2222,
            Path = "/system",
            KeyFile = "/etc/keys/node 7",
        }.ToString());
        Assert.Contains("path 'system'", Assert.Throws<FormatException>(() => new ConnectUri { Driver = "qemu", Path = "system" }.ToString()).Message);
        Assert.Contains("put no_verify among", Assert.Throws<FormatException>(() =>
            new ConnectUri { Driver = "esx", Host = "h", NoVerify = true }.ToString()).Message);
        Assert.Contains("set that", Assert.Throws<FormatException>(() =>
            new ConnectUri { Driver = "qemu", Others = new Dictionary<string, string> { ["socket"] = "/s" } }.ToString()).Message);
    }

    [Theory]
    [InlineData("qemu+ssh://nobody@127.0.0.1:1/system?no_verify=1&no_tty=1", ErrorNumber.SystemError)]
    [InlineData("qemu+tls://127.0.0.1:1/system?pkipath=%2Fnonexistent", ErrorNumber.SystemError)]
    [InlineData("qemu+tcp://127.0.0.1:1/system", ErrorNumber.SystemError)]
    [InlineData("qemu+tcp://[::1]:1/system", ErrorNumber.SystemError)]
    [InlineData("qemu+unix:///system?socket=%2Fnonexistent", ErrorNumber.SystemError)]
    [InlineData("vbox:///session?socket=%2Fnonexistent", ErrorNumber.SystemError)]
    [InlineData("vbox+ssh://nobody@127.0.0.1:1/session?no_verify=1&no_tty=1", ErrorNumber.SystemError)]
    public void WithNobodyThereLibvirtSaysSo(string uri, ErrorNumber code)
    {
        Assert.Equal(uri, ConnectUri.Parse(uri).ToString());
        var error = Assert.Throws<LibvirtException>(() => Connect.Open(uri));
        Assert.Equal(code, error.Code);
        Assert.NotEmpty(error.Message);
    }

    // One that ends before it was spoken to is told with the one code or the other, as it comes.
    [Fact]
    public void WhenTheWayEndsLibvirtSaysSo() => WithNobodyThereLibvirtSaysSo(
        $"qemu+ext:///system?command={Uri.EscapeDataString(Path.Combine(AppContext.BaseDirectory, "hears-and-ends.sh"))}", ErrorNumber.SystemError);

    [Fact]
    public void TheTestDriverIsOpenedByAnUriMadeHere()
    {
        using var connect = Connect.Open(new ConnectUri { Driver = "test", Path = "/default" }.ToString());
        Assert.Equal("test:///default", connect.GetURI());
    }
}
