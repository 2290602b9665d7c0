using System.Text;
using Broker.Core.Users;

namespace Broker.Core.Tests.Users;

public class TotpTests
{
    private static readonly byte[] Secret = Encoding.ASCII.GetBytes("12345678901234567890");

    // RFC 6238, appendix B
    [Theory]
    [InlineData(59L, "94287082")]
    [InlineData(1111111109L, "07081804")]
    [InlineData(1111111111L, "14050471")]
    [InlineData(1234567890L, "89005924")]
    [InlineData(2000000000L, "69279037")]
    [InlineData(20000000000L, "65353130")]
    public void CodesAreThoseOfTheStandard(long seconds, string code) =>
        Assert.Equal(code, Totp.Code(Secret, Totp.StepAt(DateTimeOffset.FromUnixTimeSeconds(seconds)), digits: 8));

    // RFC 4226, appendix D
    [Theory]
    [InlineData(0, "755224")]
    [InlineData(1, "287082")]
    [InlineData(9, "520489")]
    public void SixDigitsAreTheirLastSix(long step, string code) => Assert.Equal(code, Totp.Code(Secret, step));

    [Theory]
    [InlineData(-2, false)]
    [InlineData(-1, true)]
    [InlineData(0, true)]
    [InlineData(1, true)]
    [InlineData(2, false)]
    public void OnlyTheStepBeforeAndTheOneAfterCountBesidesTheCurrent(int off, bool counts)
    {
        var now = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);
        var step = Totp.StepAt(now) + off;
        Assert.Equal(counts ? step : null, Totp.StepOf(Secret, Totp.Code(Secret, step), now));
    }

    [Theory]
    [InlineData("")]
    [InlineData("12345")]
    [InlineData("no code")]
    [InlineData("７５５２２４")]
    public void WhatIsNoCodeIsOfNoStep(string typed) => Assert.Null(Totp.StepOf(Secret, typed, DateTimeOffset.FromUnixTimeSeconds(15)));

    // RFC 4648, section 10, without the padding
    [Theory]
    [InlineData("f", "MY")]
    [InlineData("fo", "MZXQ")]
    [InlineData("foo", "MZXW6")]
    [InlineData("foob", "MZXW6YQ")]
    [InlineData("fooba", "MZXW6YTB")]
    [InlineData("foobar", "MZXW6YTBOI")]
    public void SecretsAreTypedInBase32(string bytes, string text) => Assert.Equal(text, Totp.Text(Encoding.ASCII.GetBytes(bytes)));

    [Fact]
    public void ThePictureNamesAccountAndSecret() =>
        Assert.Equal("otpauth://totp/Broker:ana%20b?secret=MZXW6&issuer=Broker", Totp.Uri("Broker", "ana b", Encoding.ASCII.GetBytes("foo")));
}
