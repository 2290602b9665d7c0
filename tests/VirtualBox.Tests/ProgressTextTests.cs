namespace VirtualBox.Tests;

public sealed class ProgressTextTests
{
    [Theory]
    [InlineData("0%...10%...20%...100%\n", new[] { 0, 10, 20, 100 })]
    [InlineData("0%...10%...VBOX_E_OBJECT_IN_USE\n50%\n", new[] { 0, 10, 50 })]
    [InlineData("0%...CANCELED\n", new[] { 0 })]
    [InlineData("0%...100%\n0%...100%\n", new[] { 0, 100, 0, 100 })]
    [InlineData("VBoxManage: error: the disk is 95% full\n", new int[0])]
    [InlineData("120%\n12.5%\n%\n", new int[0])]
    [InlineData("0%...10%...\r20%", new[] { 0, 10, 20 })]
    public void PercentagesAtTheBeginningOfALineAreReported(string text, int[] expected)
    {
        Assert.Equal(expected, Heard(text));
        Assert.Equal(expected, Heard([.. text.Select(c => $"{c}")]));
    }

    private static List<int> Heard(params string[] pieces)
    {
        var heard = new List<int>();
        var text = new ProgressText(new Listener(heard.Add));
        foreach (var piece in pieces) text.Read(piece);
        return heard;
    }
}
