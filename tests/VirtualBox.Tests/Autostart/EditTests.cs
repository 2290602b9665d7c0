using System.Text;

namespace VirtualBox.Tests;

public sealed class AutostartEditTests : IDisposable
{
    private const string Written = """
        # who may start machines with the host

        default_policy = deny   # for all others

        # Bob, in room 12
        bob = {
            allow = true        # since May
            startup_delay = 10
        }
        carol = { allow = false }

        """;

    private readonly string folder = Directory.CreateTempSubdirectory("autostart-edit-").FullName;

    [Fact]
    public void ANewOneIsAPolicyAndNothingElse()
    {
        Assert.Equal("default_policy = deny\n", new AutostartConfiguration(AutostartPolicy.Deny).Text);
        Assert.Empty(new AutostartConfiguration(AutostartPolicy.Allow).Findings);
    }

    [Fact]
    public void AnotherPolicyChangesOneWord() =>
        Assert.Equal(Written.Replace("= deny ", "= allow ", StringComparison.Ordinal),
            AutostartConfiguration.Parse(Written).WithDefaultPolicy(AutostartPolicy.Allow).Text);

    [Fact]
    public void APolicyThatWasMissingGoesToTheEnd() =>
        Assert.Equal("# mine\ndefault_policy = allow\n", AutostartConfiguration.Parse("# mine").WithDefaultPolicy(AutostartPolicy.Allow).Text);

    [Fact]
    public void CommentsAndOrderStayWhenAUserChanges() => Assert.Equal(
        Written.Replace("allow = true ", "allow = false ", StringComparison.Ordinal).Replace("= 10", "= 75", StringComparison.Ordinal),
        AutostartConfiguration.Parse(Written).WithUser("bob", allow: false, TimeSpan.FromSeconds(75)).Text);

    [Fact]
    public void ADelayThatIsTakenAwayTakesItsLineAlong() => Assert.Equal(
        Written.Replace("    startup_delay = 10\n", "", StringComparison.Ordinal),
        AutostartConfiguration.Parse(Written).WithUser("bob", allow: true).Text);

    [Fact]
    public void ADelayThatWasMissingGoesIntoTheBlockInItsManner()
    {
        var configuration = AutostartConfiguration.Parse("bob = {\n\tallow = true\n}\n").WithUser("bob", true, TimeSpan.FromSeconds(5));
        Assert.Equal("bob = {\n\tallow = true\n\tstartup_delay = 5\n}\n", configuration.Text);
        Assert.Equal("carol = { allow = true startup_delay = 5 }\n",
            AutostartConfiguration.Parse("carol = { allow = false }\n").WithUser("carol", true, TimeSpan.FromSeconds(5)).Text);
        Assert.Equal("carol = { allow = true }\n", AutostartConfiguration.Parse("carol = {}\n").WithUser("carol", true).Text);
        Assert.Equal("carol = {\n    allow = true\n}\n", AutostartConfiguration.Parse("carol = {\n}\n").WithUser("carol", true).Text);
    }

    [Fact]
    public void ANewUserGoesToTheEndWithTheFilesLineEndings()
    {
        Assert.Equal(Written + "dave = {\n    allow = true\n    startup_delay = 0\n}\n",
            AutostartConfiguration.Parse(Written).WithUser("dave", true, TimeSpan.Zero).Text);
        Assert.Equal("default_policy = deny\r\ndave = {\r\n    allow = true\r\n}\r\n",
            AutostartConfiguration.Parse("default_policy = deny\r\n").WithUser("dave", true).Text);
    }

    [Fact]
    public void AUserWithoutBlockGetsOne() =>
        Assert.Equal("default_policy = deny\nbob = {\n    allow = true\n}\n",
            AutostartConfiguration.Parse("bob = true\ndefault_policy = deny\n").WithUser("bob", true).Text);

    [Fact]
    public void ARemovedUserLeavesTheCommentsAroundAndNoSecondBlockBehind()
    {
        var configuration = AutostartConfiguration.Parse(Written + "bob = { allow = true } # again\n").WithoutUser("bob");
        Assert.DoesNotContain(configuration.Users, u => u.Name == "bob");
        Assert.Contains("# Bob, in room 12\ncarol = {", configuration.Text, StringComparison.Ordinal);
        Assert.EndsWith("# again\n", configuration.Text, StringComparison.Ordinal);
        Assert.Equal(Written, AutostartConfiguration.Parse(Written).WithoutUser("nobody").Text);
        Assert.Equal(AutostartPolicy.Deny, AutostartConfiguration.Parse(Written).WithoutUser("default_policy").DefaultPolicy);
    }

    [Fact]
    public void WhatIsWrittenIsReadAgainAsItWasMeant()
    {
        var random = new Random(5);
        string[] names = ["bob", "carol", "j.doe", "svc_1", "Z"];
        var configuration = AutostartConfiguration.Parse(Written);
        var expected = configuration.Users.ToDictionary(u => u.Name);
        for (var i = 0; i < 500; i++)
        {
            var (name, allow) = (names[random.Next(names.Length)], random.Next(2) == 0);
            var delay = random.Next(2) == 0 ? TimeSpan.FromSeconds(random.Next(100)) : (TimeSpan?)null;
            if (random.Next(4) == 0)
            {
                configuration = configuration.WithoutUser(name);
                expected.Remove(name);
            }
            else
            {
                configuration = configuration.WithUser(name, allow, delay);
                expected[name] = new(name, allow, delay);
            }
            Assert.Empty(configuration.Findings);
            Assert.Equal(expected.Values.OrderBy(u => u.Name), configuration.Users.OrderBy(u => u.Name));
            Assert.Contains("default_policy = deny   # for all others", configuration.Text, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("j-doe")]
    [InlineData("DOM\\bob")]
    [InlineData("a b")]
    [InlineData("bob = { allow = true }\nroot")]
    [InlineData("名前")]
    [InlineData("default_policy")]
    [InlineData("exception_list")]
    public void ANameThatVirtualBoxCantReadIsNotWritten(string name)
    {
        var error = Assert.Throws<ArgumentException>(() => AutostartConfiguration.Parse(Written).WithUser(name, true));
        Assert.Contains($"'{name}'", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0.5)]
    [InlineData(4294968)]
    public void ADelayThatVirtualBoxCantWaitIsNotWritten(double seconds) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => AutostartConfiguration.Parse(Written).WithUser("bob", true, TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void WhatCantBeUnderstoodIsNotChanged()
    {
        var broken = AutostartConfiguration.Parse("default_policy deny\n");
        var error = Assert.Throws<InvalidOperationException>(() => broken.WithUser("bob", true));
        Assert.Contains("line 1", error.Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => broken.WithDefaultPolicy(AutostartPolicy.Deny));
        Assert.Throws<InvalidOperationException>(() => broken.WithoutUser("bob"));
        Assert.Throws<InvalidOperationException>(broken.WithExceptionsAsBlocks);
    }

    [Fact]
    public void AMissingNewlineIsMendedByAnyChange()
    {
        Assert.Equal("default_policy = allow\n", AutostartConfiguration.Parse("default_policy = deny").WithDefaultPolicy(AutostartPolicy.Allow).Text);
        Assert.Equal("default_policy = deny\nbob = { allow = false }\n",
            AutostartConfiguration.Parse("default_policy = deny\nbob = { allow = true }").WithUser("bob", false).Text);
    }

    [Fact]
    public void TheFileIsReplacedAsAWholeAndKeepsItsRights()
    {
        var (file, link) = (Path.Combine(folder, "autostart.cfg"), Path.Combine(folder, "link.cfg"));
        File.WriteAllText(file, Written);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        File.CreateSymbolicLink(link, file);

        AutostartConfiguration.Load(link).WithUser("dave", true).Save(link);

        Assert.True(AutostartConfiguration.Load(file).Allows("dave"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, File.GetUnixFileMode(file));
        Assert.NotNull(File.ResolveLinkTarget(link, false));
        Assert.Equal(["autostart.cfg", "link.cfg"], Directory.GetFiles(folder).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void ANewFileMayBeReadByAll()
    {
        var file = Path.Combine(folder, "new.cfg");
        new AutostartConfiguration(AutostartPolicy.Deny).Save(file);
        Assert.Equal("default_policy = deny\n"u8.ToArray(), File.ReadAllBytes(file));
        Assert.True(File.GetUnixFileMode(file).HasFlag(UnixFileMode.OtherRead));
    }

    [Fact]
    public void WhatWouldStopEverybodyIsNotWritten()
    {
        var file = Path.Combine(folder, "autostart.cfg");
        File.WriteAllText(file, Written);
        var error = Assert.Throws<InvalidOperationException>(() => AutostartConfiguration.Parse("default_policy = maybe\n").Save(file));
        Assert.Contains("'maybe'", error.Message, StringComparison.Ordinal);
        Assert.Equal(Written, File.ReadAllText(file));
        Assert.Single(Directory.GetFiles(folder));
    }

    [Fact]
    public void OtherLettersInCommentsAreKeptAndOtherEncodingsNamed()
    {
        var file = Path.Combine(folder, "autostart.cfg");
        File.WriteAllText(file, "# añadido por María 名前\ndefault_policy = deny\n");
        AutostartConfiguration.Load(file).WithDefaultPolicy(AutostartPolicy.Allow).Save(file);
        Assert.Equal("# añadido por María 名前\ndefault_policy = allow\n", File.ReadAllText(file));

        File.WriteAllBytes(file, Encoding.Latin1.GetBytes("# añadido\ndefault_policy = deny\n"));
        Assert.Contains(file, Assert.Throws<InvalidDataException>(() => AutostartConfiguration.Load(file)).Message, StringComparison.Ordinal);
        File.WriteAllText(file, "default_policy = deny\n", new UTF8Encoding(true));
        Assert.Contains("byte order mark", Assert.Single(AutostartConfiguration.Load(file).Findings).Reason, StringComparison.Ordinal);
        Assert.Throws<FileNotFoundException>(() => AutostartConfiguration.Load(file + ".not"));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
