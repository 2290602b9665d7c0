using System.Text.Json.Nodes;
using Broker.Core.Settings;

namespace Broker.Core.Tests.Settings;

/// <summary>What holds for everybody, kept in the database.</summary>
public class SiteSettingsTests
{
    [Fact]
    public async Task WhatWasSetHoldsAndTheRestIsAsUsual()
    {
        var world = await World.New();
        Assert.Equal(SiteSettings.Default, await world.Db.Read(SiteSettingsTable.Read));

        var changed = SiteSettings.Default.With("start_limit", 3);
        await world.Db.Transaction(s => SiteSettingsTable.Write(s, changed));
        // written by a newer version
        await world.Db.Transaction(s => s.Execute("INSERT INTO settings (name, value) VALUES ('not_yet_known', '7')"));

        Assert.Equal(SiteSettings.Default with { StartLimit = 3 }, await world.Db.Read(SiteSettingsTable.Read));
    }

    [Theory]
    [InlineData("start_limt", "1", "start_limit")]
    [InlineData("start_limit", "\"many\"", "something like 1")]
    [InlineData("start_limit", "null", "something like 1")]
    [InlineData("start_limit", "-1", "between 0")]
    public void WhatCanNotBeIsRefusedWithWhatCan(string name, string json, string says) =>
        Assert.Contains(says, Assert.Throws<SettingsException>(() => SiteSettings.Default.With(name, JsonNode.Parse(json))).Message, StringComparison.Ordinal);

    [Fact]
    public void EachSettingSaysWhatItIs()
    {
        Assert.Equal(SiteSettings.Default.ToJson().Select(s => s.Key), SiteSettings.All.Select(s => s.Name));
        Assert.DoesNotContain(SiteSettings.All, s => s.Description.Length == 0);
    }
}
