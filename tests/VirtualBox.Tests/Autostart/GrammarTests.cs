namespace VirtualBox.Tests;

/// <summary>What VirtualBox 7.2 made of such files, tried one by one with its VBoxAutostart.</summary>
public sealed class AutostartGrammarTests
{
    private const string Bob = "default_policy = deny\nbob = {\n    allow = true\n}\n";

    [Theory]
    [InlineData("default_policy = allow\n", AutostartPolicy.Allow)]
    [InlineData("default_policy=deny\r\n", AutostartPolicy.Deny)]
    [InlineData("\t default_policy \t=\t allow # all of them\n", AutostartPolicy.Allow)]
    [InlineData("# first\n\ndefault_policy =\n  deny\n", AutostartPolicy.Deny)]
    [InlineData("default_policy = allow#at once\n", AutostartPolicy.Allow)]
    [InlineData("default_policy = deny\n# no newline behind a comment", AutostartPolicy.Deny)]
    public void WhatVirtualBoxReadsHasNoFindings(string text, AutostartPolicy policy)
    {
        var configuration = AutostartConfiguration.Parse(text);
        Assert.Empty(configuration.Findings);
        Assert.Equal(policy, configuration.DefaultPolicy);
        Assert.Equal(policy == AutostartPolicy.Allow, configuration.Allows("anybody"));
    }

    [Theory]
    [InlineData("bob = { allow = true startup_delay = 10 }")]
    [InlineData("bob = {\n    allow = true\n    startup_delay = 10\n}")]
    [InlineData("bob={allow=true startup_delay=10}")]
    [InlineData("bob =\n{ # him\n allow = true # yes\n startup_delay = 10 # s\n }")]
    [InlineData("bob = {\r\n\tallow = true\r\n\tstartup_delay = 0010\r\n}\r")]
    public void BlocksMayBeOnOneLineOrMany(string block)
    {
        var configuration = AutostartConfiguration.Parse($"default_policy = deny\n{block}\n");
        Assert.Empty(configuration.Findings);
        Assert.Equal([new AutostartUser("bob", true, TimeSpan.FromSeconds(10))], configuration.Users);
        Assert.True(configuration.Allows("bob"));
        Assert.False(configuration.Allows("Bob"));
        Assert.False(configuration.Allows("alice"));
    }

    /// <summary>VirtualBox ends with 1 and mostly without a message: no machine of any user starts.</summary>
    [Theory]
    [InlineData("", 1, "empty")]
    [InlineData("default_policy deny\n", 1, "'=' is missing")]
    [InlineData("default_policy = deny\nbob {\n allow = true\n}\n", 2, "'=' is missing")]
    [InlineData("default_policy = deny\nbob = {\n allow true\n}\n", 3, "'=' is missing")]
    [InlineData("default_policy = deny\nbob = {\n allow = true\n", 2, "not closed")]
    [InlineData("default_policy = deny\nbob = {\n allow = true\n}\n}\n", 5, "closes nothing")]
    [InlineData("= deny\n", 1, "where a name should")]
    [InlineData("{ allow = true }\n", 1, "where a name should")]
    [InlineData("default_policy = \"deny\"\n", 1, "'\"'")]
    [InlineData("default_policy = 'deny'\n", 1, "'''")]
    [InlineData("default_policy = deny\nj-doe = {\n allow = true\n}\n", 2, "'j-doe' holds '-'")]
    [InlineData("default_policy = deny\nDOM\\bob = {\n allow = true\n}\n", 2, "holds '\\'")]
    [InlineData("default_policy = deny\nbob@dom = {\n allow = true\n}\n", 2, "holds '@'")]
    [InlineData("default_policy = deny\nñandú = {\n allow = true\n}\n", 2, "holds 'ñ'")]
    [InlineData("default_policy = deny\nuser$ = {\n allow = true\n}\n", 2, "holds '$'")]
    [InlineData("default_policy = deny;\n", 1, "holds ';'")]
    [InlineData("default_policy = de\u00a0ny\n", 1, "U+00A0")]
    [InlineData("default_policy = deny\rbob = { allow = true }\n", 1, "U+000D")]
    [InlineData("exception_list = a,b\ndefault_policy = deny\n", 1, "gives up at the comma")]
    [InlineData("exception_list = a, b, c\ndefault_policy = deny\n", 1, "gives up at the comma")]
    [InlineData("default_policy = deny, allow\n", 1, "knows no lists")]
    [InlineData("default_policy = deny allow\n", 1, "'allow' stands behind")]
    [InlineData("default_policy = deny = allow\n", 1, "'=' stands behind")]
    [InlineData("default_policy = \nbob = { allow = true }\n", 1, "no value")]
    [InlineData("default_policy = deny\nbob = { allow = }\n", 2, "no value")]
    [InlineData("default_policy = deny\nbob =\n", 2, "no value")]
    [InlineData("default_policy = deny\nbob = { allow = true startup_delay = -5 }\n", 2, "holds '-'")]
    [InlineData("\ufeffdefault_policy = deny\n", 1, "byte order mark")]
    [InlineData("default_policy = deny", 1, "newline")]
    [InlineData("default_policy = deny\nbob = {\n allow = true\n}", 4, "newline")]
    [InlineData("default_policy = maybe\n", 1, "'maybe'; it must be 'allow' or 'deny'")]
    [InlineData("default_policy = Deny\n", 1, "'Deny'; it must be 'allow' or 'deny'")]
    [InlineData("default_policy = { allow = true }\n", 1, "is a block")]
    public void WhatStopsEverybodyIsToldWithLineReasonAndRemedy(string text, int line, string reason)
    {
        var configuration = AutostartConfiguration.Parse(text);
        var finding = Assert.Single(configuration.Findings, f => f.Effect == AutostartEffect.NobodyStarts);
        Assert.Equal(line, finding.Line);
        Assert.Contains(reason, finding.Reason, StringComparison.Ordinal);
        Assert.NotEmpty(finding.Remedy);
        Assert.False(configuration.Allows("bob"));
    }

    [Theory]
    [InlineData("allow = yes", 3, "'yes'; it must be 'true' or 'false'")]
    [InlineData("allow = True", 3, "'True'")]
    [InlineData("allow = { }", 3, "is a block")]
    [InlineData("startup_delay = 5", 2, "does not say allow")]
    [InlineData("Allow = true", 2, "does not say allow")]
    [InlineData("allow = true startup_delay = ten", 3, "'ten'; it must be a whole number of seconds")]
    [InlineData("allow = true startup_delay = 1.5", 3, "'1.5'")]
    [InlineData("allow = true startup_delay = 0x10", 3, "'0x10'")]
    public void WhatStopsOneUserIsTold(string settings, int line, string reason)
    {
        var configuration = AutostartConfiguration.Parse($"default_policy = deny\nbob = {{\n{settings}\n}}\nalice = {{ allow = true }}\n");
        var finding = Assert.Single(configuration.Findings, f => f.Effect == AutostartEffect.UserDoesNotStart);
        Assert.Equal(line, finding.Line);
        Assert.Contains(reason, finding.Reason, StringComparison.Ordinal);
        Assert.Contains("bob", finding.Reason, StringComparison.Ordinal);
        Assert.False(configuration.Allows("bob"));
        Assert.True(configuration.Allows("alice"));
    }

    [Fact]
    public void AUserWithoutBlockWouldBeRefused()
    {
        var configuration = AutostartConfiguration.Parse("default_policy = allow\nbob = true\n");
        var finding = Assert.Single(configuration.Findings);
        Assert.Equal((2, AutostartEffect.UserDoesNotStart), (finding.Line, finding.Effect));
        Assert.Contains("bob = { allow = true }", finding.Remedy, StringComparison.Ordinal);
        Assert.False(configuration.Allows("bob"));
    }

    /// <summary>VirtualBox says nothing about these and goes on.</summary>
    [Theory]
    [InlineData("bob = { allow = true }\n", 0, "no default_policy")]
    [InlineData("# nothing yet\n", 0, "no default_policy")]
    [InlineData(Bob + "exception_list = root\n", 5, "ignores it")]
    [InlineData(Bob + "startup_delay = 10\n", 5, "outside a user's block")]
    [InlineData(Bob + "allow = true\n", 5, "outside a user's block")]
    [InlineData(Bob + "Default_Policy = allow\n", 5, "case count")]
    [InlineData(Bob + "default_policy = allow\n", 5, "the first, on line 1, counts")]
    [InlineData(Bob + "bob = { allow = false }\n", 5, "the first, on line 2, counts")]
    [InlineData("default_policy = deny\nbob = { allow = true delay = 3 }\n", 2, "ignores 'delay'")]
    [InlineData("default_policy = deny\nbob = { allow = true Startup_Delay = 3 }\n", 2, "case count")]
    [InlineData("default_policy = deny\nbob = {\nallow = true\nnight = { allow = false }\n}\n", 4, "block 'night' inside that of 'bob'")]
    [InlineData("default_policy = deny\nbob = {\nallow = true\nallow = false\n}\n", 4, "the first, on line 3, counts")]
    [InlineData("default_policy = deny\nbob = { allow = true startup_delay = { } }\n", 2, "is a block, which VirtualBox ignores")]
    [InlineData("default_policy = deny\nbob = { allow = true startup_delay = 4294968 }\n", 2, "longer than 49 days")]
    [InlineData("default_policy = deny\nbob = { allow = true startup_delay = 99999999999 }\n", 2, "longer than 49 days")]
    public void WhatVirtualBoxPassesOverInSilenceIsTold(string text, int line, string reason)
    {
        var configuration = AutostartConfiguration.Parse(text);
        var finding = Assert.Single(configuration.Findings);
        Assert.Equal((line, AutostartEffect.NotAsWritten), (finding.Line, finding.Effect));
        Assert.Contains(reason, finding.Reason, StringComparison.Ordinal);
        Assert.NotEmpty(finding.Remedy);
        Assert.False(configuration.Allows("alice"));
        Assert.Equal(text.Contains("bob", StringComparison.Ordinal), configuration.Allows("bob"));
    }

    [Theory]
    [InlineData("default_policy = allow\nbob = { allow = false }", true)]
    [InlineData("default_policy = deny\nbob = { allow = true }", false)]
    [InlineData("default_policy = allow\n}", true)]
    public void ALastLineWithoutNewlineIsToldAndNotCounted(string text, bool allows)
    {
        var configuration = AutostartConfiguration.Parse(text);
        var finding = Assert.Single(configuration.Findings, f => f.Reason.Contains("newline", StringComparison.Ordinal));
        Assert.Equal((2, AutostartEffect.NotAsWritten), (finding.Line, finding.Effect));
        Assert.Equal(allows, configuration.Allows("bob"));
    }

    [Fact]
    public void AHomeOfTheirOwnIsASettingThatVirtualBoxKnows() =>
        Assert.Empty(AutostartConfiguration.Parse("default_policy = deny\nbob = { allow = true VBOX_USER_HOME = cfg }\n").Findings);

    [Fact]
    public void AllMistakesAreToldAtOnceAndInOrder()
    {
        var configuration = AutostartConfiguration.Parse("default_policy deny\nj-doe = { allow = true }\nbob = { allow = \"true\" }\nalice = {\n");
        Assert.Equal([1, 2, 3, 4], configuration.Findings.Select(f => f.Line));
        Assert.StartsWith("line 2: 'j-doe' holds '-'", configuration.Findings[1].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void NestingWithoutEndIsRefusedNotFollowed()
    {
        var configuration = AutostartConfiguration.Parse(string.Concat(Enumerable.Repeat("a = {\n", 200_000)));
        Assert.Contains(configuration.Findings, f => f.Reason.Contains("nested too deep", StringComparison.Ordinal));
    }

    /// <summary>A checker that ends in an exception is of no use to whoever made the mistake.</summary>
    [Fact]
    public void WhateverIsWrittenIsReadToItsEnd()
    {
        var random = new Random(20261121);
        string[] pieces = ["default_policy", "exception_list", "bob", "allow", "=", "=", "{", "}", ",", "\n", "\n", " ", "#", "\"", "\r\n", "-", "true", "10",
            "ñ", "\ufeff"];
        for (var i = 0; i < 20_000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(25)).Select(_ => pieces[random.Next(pieces.Length)]));
            var configuration = AutostartConfiguration.Parse(text);
            Assert.Equal(text, configuration.Text);
            Assert.All(configuration.Findings, f => Assert.InRange(f.Line, 0, text.Split('\n').Length));
            if (text.EndsWith('\n') && configuration.Allows("bob"))
                Assert.DoesNotContain(configuration.Findings, f => f.Effect == AutostartEffect.NobodyStarts);
        }
    }
}
