using Broker.Core.Directory;

namespace Broker.Core.Tests.Directory;

public class EscapingTests
{
    [Theory]
    [InlineData("ana", "ana")]
    [InlineData("*", @"\2a")]
    [InlineData("ana)(uid=*", @"ana\29\28uid=\2a")]
    [InlineData(@"a\b", @"a\5cb")]
    [InlineData("a\0b", @"a\00b")]
    [InlineData("Núria", @"N\c3\baria")]
    public void AValueOfAFilterIsOnlyAValue(string value, string written) => Assert.Equal(written, LdapFilter.Escape(value));

    [Theory]
    [InlineData("ana", "ana")]
    [InlineData("Doe, Jane", @"Doe\, Jane")]
    [InlineData("ana,ou=admins", @"ana\,ou\=admins")]
    [InlineData(" a ", @"\ a\ ")]
    [InlineData("#1+\"x\";<y>\\", @"\#1\+\""x\""\;\<y\>\\")]
    [InlineData("a\0", @"a\00")]
    public void AValueOfANameIsOnlyAValue(string value, string written) => Assert.Equal(written, DistinguishedName.Escape(value));

    [Theory]
    [InlineData("cn=Staff,dc=example,dc=org", "CN=staff, DC=Example ,dc = ORG")]
    [InlineData(@"cn=Doe\, Jane,dc=org", @"cn=Doe\2c Jane,dc=org")]
    [InlineData(@"cn=Doe\, Jane,dc=org", "cn=\"Doe, Jane\",dc=org")]
    [InlineData("cn=N\u00faria,dc=org", @"cn=N\c3\baria,dc=org")]
    [InlineData("cn=a+uid=b,dc=org", "uid=b+cn=a,dc=org")]
    [InlineData("cn=a  b,dc=org", "cn=a b,dc=org")]
    public void NamesOfTheSameEntryAreEqualHoweverTheyAreWritten(string a, string b)
    {
        Assert.True(DistinguishedName.Same(a, b));
        Assert.False(DistinguishedName.Same(a, "cn=x," + b));
    }

    [Theory]
    [InlineData("cn=a\\,b,dc=org", "cn=a,b=,dc=org")]
    [InlineData("cn=ab,dc=org", "cn=a b,dc=org")]
    public void NamesOfOthersAreNot(string a, string b) => Assert.False(DistinguishedName.Same(a, b));

    [Theory]
    [InlineData("")]
    [InlineData("staff")]
    [InlineData("cn=a,,dc=org")]
    [InlineData("=a,dc=org")]
    [InlineData("cn=\"a,dc=org")]
    [InlineData("cn=a,dc=org\\")]
    public void WhatIsNoNameIsNone(string text) => Assert.Null(DistinguishedName.Normal(text));
}
