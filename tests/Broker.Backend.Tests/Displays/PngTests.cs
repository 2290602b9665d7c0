using Broker.Backend.Displays;
using Broker.Testing;

namespace Broker.Backend.Tests.Displays;

public sealed class PngTests
{
    [Fact]
    public void Pixels_come_back()
    {
        var picture = PngPicture.FromPng(Png.Encode(2, 2, [170, 0, 170, 170, 0, 170, 0, 170, 0, 255, 255, 255]));

        Assert.Equal((2, 2), (picture.Width, picture.Height));
        Assert.Equal((0.5, 0.25, 0.25), (picture.PartOf(170, 0, 170), picture.PartOf(0, 170, 0), picture.PartOf(255, 255, 255)));
    }

    [Fact]
    public void The_checksum_is_the_one_of_the_standard() => Assert.Equal([0xAE, 0x42, 0x60, 0x82], Png.Encode(1, 1, new byte[3])[^4..]);

    [Fact]
    public void A_portable_pixmap_becomes_png()
    {
        var picture = PngPicture.FromPng(Png.FromPortablePixmap([.. "P6\n# from QEMU\n2 1\n255\n"u8, 168, 0, 168, 0, 168, 0]));

        Assert.Equal((2, 1, 0.5), (picture.Width, picture.Height, picture.PartOf(168, 0, 168)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("P5\n1 1\n255\nabc")]
    [InlineData("P6\n1 1\n65535\nabcdef")]
    [InlineData("P6\n2 2\n255\nabc")]
    [InlineData("P6\n99999999 99999999\n255\nabc")]
    [InlineData("P6\n-1 1\n255\nabc")]
    [InlineData("P6\n0 0\n255\n")]
    public void Half_a_pixmap_is_refused(string ppm) =>
        Assert.Throws<FormatException>(() => Png.FromPortablePixmap(System.Text.Encoding.ASCII.GetBytes(ppm)));
}
