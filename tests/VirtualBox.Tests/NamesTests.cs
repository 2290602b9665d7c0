namespace VirtualBox.Tests;

public sealed class NamesTests
{
    [Theory]
    [InlineData("../../evil")]
    [InlineData("a/b")]
    [InlineData("/")]
    [InlineData("a\\b")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("two\nlines")]
    [InlineData("tab\t")]
    [InlineData("nul\0")]
    [InlineData("1f612e6e-d117-4d06-813a-40b39401fa9c")]
    [InlineData("{1F612E6E-D117-4D06-813A-40B39401FA9C}")]
    [InlineData("<inaccessible>")]
    public async Task ANameThatWouldLeaveItsFolderOrMisleadIsRefusedBeforeVirtualBoxSeesIt(string name)
    {
        using var fake = new FakeVBoxManage("");
        var machine = new Machine(fake.Runner, Guid.NewGuid());
        await Assert.ThrowsAsync<ArgumentException>(() => Machine.Create(fake.Runner, new(name)));
        await Assert.ThrowsAsync<ArgumentException>(() => machine.Modify(new() { Name = name }));
        await Assert.ThrowsAsync<ArgumentException>(() => machine.CloneLinked(new(name), Guid.NewGuid()));
        await Assert.ThrowsAsync<ArgumentException>(() => machine.CloneFull(new(name)));
        Assert.Equal(0, fake.Runs);
    }

    [Fact]
    public void HalfACharacterIsNoName() => Assert.Throws<ArgumentException>(() => Names.Machine("half" + "\ud83d"));

    [Theory]
    [InlineData(240, true)]
    [InlineData(241, false)]
    public void ANameMayBeAsLongAsItsFilesNamesCanBe(int bytes, bool allowed)
    {
        var name = new string('é', bytes / 2) + new string('n', bytes % 2);
        if (allowed) Assert.Equal(name, Names.Machine(name));
        else Assert.Throws<ArgumentException>(() => Names.Machine(name));
    }

    [Theory]
    [InlineData("relative.vdi")]
    [InlineData("/vms/back\\slash.vdi")]
    [InlineData("/vms/two\nlines.vdi")]
    public void APathThatVirtualBoxWouldNotFindAgainIsRefused(string path) => Assert.Throws<ArgumentException>(() => Names.MediumPath(path));

    [Theory]
    [InlineData("students")]
    [InlineData("/../x")]
    [InlineData("/a/1f612e6e-d117-4d06-813a-40b39401fa9c")]
    [InlineData("/a/two\nlines")]
    [InlineData("/a//b")]
    [InlineData("/a,/b")]
    [InlineData("")]
    public void AGroupIsAPathOfNames(string group) => Assert.Throws<ArgumentException>(() => Names.Group(group));

    [Fact]
    public void TheTopGroupAndThoseBelowAreAllowed()
    {
        Assert.Equal("/", Names.Group("/"));
        Assert.Equal("/a b/c", Names.Group("/a b/c"));
    }
}
