namespace Libvirt.Tests;

public class CpuMapTests
{
    [Theory]
    [InlineData("", new int[0])]
    [InlineData("0", new[] { 0 })]
    [InlineData("0-2,4", new[] { 0, 1, 2, 4 })]
    [InlineData("0-3,^1", new[] { 0, 2, 3 })]
    [InlineData("7-9, 64", new[] { 7, 8, 9, 64 })]
    public void IsReadFromLibvirtsText(string text, int[] cpus) => Assert.Equal(cpus, CpuMap.Parse(text));

    [Theory]
    [InlineData("a")]
    [InlineData("-1")]
    [InlineData("3-1")]
    [InlineData("0,,1")]
    [InlineData("0-1-2")]
    [InlineData("0-999999999")]
    public void OtherTextIsRefused(string text) => Assert.Contains(text, Assert.Throws<FormatException>(() => CpuMap.Parse(text)).Message);

    [Theory]
    [InlineData(new int[0], "")]
    [InlineData(new[] { 4, 1, 0, 2 }, "0-2,4")]
    [InlineData(new[] { 5, 7, 9 }, "5,7,9")]
    public void IsWrittenAsLibvirtsText(int[] cpus, string text) => Assert.Equal(text, CpuMap.Create(cpus).ToString());

    [Fact]
    public void TheLowestNumberIsTheLowestBitOfTheFirstByte()
    {
        CpuMap map = [0, 2, 9];
        Assert.Equal([0b101, 0b10], map.ToBytes());
        Assert.Equal(map, CpuMap.From([0b101, 0b10, 0]));
        Assert.Equal([0], CpuMap.Create([]).ToBytes());
    }

    [Fact]
    public void KnowsItsProcessors()
    {
        CpuMap map = [3, 1, 3];
        Assert.Equal(2, map.Count);
        Assert.True(map[1] && map[3]);
        Assert.False(map[2] || map[-1] || map[1000]);
        Assert.Equal(CpuMap.Parse("1,3").GetHashCode(), map.GetHashCode());
        Assert.NotEqual([1], map);
        Assert.Throws<ArgumentOutOfRangeException>(() => CpuMap.Create([-1]));
    }
}
