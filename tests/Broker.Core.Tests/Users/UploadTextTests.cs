using Broker.Core.Users;

namespace Broker.Core.Tests.Users;

public class UploadTextTests
{
    private static readonly string[] Columns = ["name", "display_name", "groups"];

    [Theory]
    [InlineData("ana\nbob\n")]
    [InlineData("\r\n  ana  \r\n\r\nbob")]
    [InlineData("name\nana\nbob")]
    [InlineData("Name;display_name\nana;\nbob;")]
    [InlineData("\uFEFFdisplay_name,NAME\n,ana\n,bob\n")]
    [InlineData("display_name\tname\n\tana\n\tbob")]
    [InlineData("""["ana", " bob "]""")]
    [InlineData("""[{"name": "ana"}, {"name": "bob", "display_name": null}]""")]
    public void NamesAreReadHoweverTheyAreWritten(string text)
    {
        var (entries, problems) = UploadText.Read(text, Columns);
        Assert.Empty(problems);
        Assert.Equal(["ana", "bob"], entries.Select(e => e["name"]));
        Assert.All(entries, e => Assert.Null(e["display_name"]));
    }

    [Fact]
    public void FieldsInQuotesHaveAnythingInThemAndLinesAreCountedAsInAnEditor()
    {
        var (entries, problems) = UploadText.Read("name,display_name\nana,\"Ana \"\"A\"\", the\nfirst\"\n\nbob,Bob\n", Columns);
        Assert.Empty(problems);
        Assert.Equal([(2, "Ana \"A\", the\nfirst"), (5, "Bob")], entries.Select(e => (e.Line, e["display_name"])));
    }

    [Fact]
    public void AListInJsonIsSeveralValues() =>
        Assert.Equal("a|b", Assert.Single(UploadText.Read("""[{"name": "ana", "groups": ["a", "b"]}]""", Columns).Entries)["groups"]);

    [Theory]
    [InlineData("", 1, "nobody")]
    [InlineData("[]", 1, "nobody")]
    [InlineData("name,wage\nana,3", 1, "no column 'wage'")]
    [InlineData("name,name\nana,bob", 1, "twice")]
    [InlineData("ana,Ana\nbob,Bob", 1, "names the columns")]
    [InlineData("name,groups\nana,x\nbob,x,y", 3, "3 fields")]
    [InlineData("{\"name\": \"ana\"}", 1, "no list")]
    [InlineData("[{\"name\": \"ana\"},\n{\"name\": }]", 2, "JSON")]
    [InlineData("[{\"name\": \"ana\"}, {\"wage\": \"3\"}]", 2, "no member 'wage'")]
    [InlineData("[{\"name\": 7}]", 1, "'name' is a text")]
    [InlineData("[7]", 1, "neither")]
    public void WhatCannotBeReadIsToldByLine(string text, int line, string says)
    {
        var problem = Assert.Single(UploadText.Read(text, Columns).Problems);
        Assert.Equal(line, problem.Line);
        Assert.Contains(says, problem.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void ThereIsALimitOfEntries()
    {
        var names = Enumerable.Range(1, UploadText.MostEntries + 1).Select(i => $"u{i}").ToList();
        Assert.Empty(UploadText.Read(string.Join('\n', names[1..]), Columns).Problems);
        Assert.Equal(UploadText.MostEntries + 1, Assert.Single(UploadText.Read(string.Join('\n', names), Columns).Problems).Line);
    }
}
