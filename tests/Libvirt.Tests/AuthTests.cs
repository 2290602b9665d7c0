namespace Libvirt.Tests;

public sealed class AuthTests : IDisposable
{
    private readonly string _node = Path.GetTempFileName();

    public AuthTests() => File.WriteAllText(_node, "<node><auth><user password='sesam, öffne dich'>ali</user><user>open</user></auth></node>");

    public void Dispose() => File.Delete(_node);

    private string Uri => $"test://{_node}";

    [Fact]
    public void ANameAndAPasswordOpenTheConnection()
    {
        using var connect = Connect.OpenAuth(Uri, "ali", "sesam, öffne dich");
        Assert.True(connect.IsAlive());
        Assert.Equal(ErrorNumber.AuthFailed, Assert.Throws<LibvirtException>(() => Connect.OpenAuth(Uri, "ali", "sesame")).Code);
    }

    [Fact]
    public void EachCredentialSaysWhatIsWanted()
    {
        var wanted = new List<(ConnectCredentialType, string)>();
        using var connect = Connect.OpenAuth(Uri, credentials =>
        {
            foreach (var c in credentials)
            {
                wanted.Add((c.Type, c.Prompt));
                c.Result = c.Type == ConnectCredentialType.Authname ? "open" : null;
            }
            return true;
        }, ConnectFlags.Ro);
        Assert.Equal([(ConnectCredentialType.Authname, "Enter username for localhost")], wanted);
        Assert.Equal(ErrorNumber.OperationDenied, Assert.Throws<LibvirtException>(() => connect.DomainDefineXML(Xml.Domain())).Code);
    }

    [Fact]
    public void WhoGivesUpIsNotLetIn() =>
        Assert.Equal(ErrorNumber.AuthFailed, Assert.Throws<LibvirtException>(() => Connect.OpenAuth(Uri, _ => false)).Code);

    [Fact]
    public void NoAnswerIsNotLetIn() =>
        Assert.Equal(ErrorNumber.AuthFailed, Assert.Throws<LibvirtException>(() => Connect.OpenAuth(Uri, _ => true)).Code);

    [Fact]
    public void WhatTheCallersAnswersThrowReachesTheCaller()
    {
        var thrown = new InvalidOperationException("the safe is locked");
        Assert.Same(thrown, Assert.Throws<InvalidOperationException>(() => Connect.OpenAuth(Uri, _ => throw thrown)));
    }

    [Fact]
    public void WhereNothingIsWantedNobodyIsAsked()
    {
        using var connect = Connect.OpenAuth("test:///default", _ => throw new InvalidOperationException());
        Assert.True(connect.IsAlive());
    }

    [Fact]
    public void WhatIsNotAmongTheTypesIsNotAskedFor() =>
        Assert.Equal(ErrorNumber.AuthFailed, Assert.Throws<LibvirtException>(() =>
            Connect.OpenAuth(Uri, _ => throw new InvalidOperationException(), types: [ConnectCredentialType.Cnonce])).Code);
}
