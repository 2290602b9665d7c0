using Broker.Core.Requests;
using Broker.Core.Settings;
using Microsoft.Extensions.Logging;

namespace Broker.Core.Tests.Settings;

public sealed class SettingsFileTests : IDisposable
{
    private const string Account = "Server=127.0.0.1;Database=broker;User ID=x;Password=y";

    private readonly DirectoryInfo _folder = System.IO.Directory.CreateTempSubdirectory("broker-settings-");
    private readonly Dictionary<string, string> _variables = new() { ["BROKER_DATABASE"] = Account };

    private string SettingsPath => Path.Combine(_folder.FullName, "broker.json");

    [Fact]
    public void A_programs_own_section_wins_over_shared_and_variables_win_over_both()
    {
        Write("""{ "backend": { "log_level": "debug", "lanes": { "disk": 9 } }, "shared": { "log_level": "error", "run": "/run/elsewhere" } }""");
        _variables["BROKER_LEASE_SECONDS"] = "2.5";
        _variables["BROKER_LANES__QUICK"] = "3";
        var backEnd = Read<BackEndSettings>();
        Assert.Equal(LogLevel.Debug, backEnd.LogLevel);
        Assert.Equal("/run/elsewhere", backEnd.Run);
        Assert.Equal(2.5, backEnd.LeaseSeconds);
        Assert.Equal([(Lane.Quick, 3), (Lane.Power, 16), (Lane.Disk, 9), (Lane.Network, 2)], backEnd.Lanes.OrderBy(l => l.Key).Select(l => (l.Key, l.Value)));
        Assert.Equal(LogLevel.Error, Read<FrontEndSettings>().LogLevel);
    }

    [Fact]
    public void Names_and_what_they_stand_for_are_read_from_the_file_and_from_a_variable()
    {
        Write("""{ "backend": { "storage": { "fast": "/a", "big": "/b" } } }""");
        Assert.Equal([("big", "/b"), ("fast", "/a")], Read<BackEndSettings>().Storage.OrderBy(s => s.Key).Select(s => (s.Key, s.Value)));
        _variables["BROKER_STORAGE"] = "slow=/c";
        Assert.Equal([("slow", "/c")], Read<BackEndSettings>().Storage.Select(s => (s.Key, s.Value)));
    }

    [Fact]
    public void Comments_and_trailing_commas_are_read_over()
    {
        Write("""
            // first
            { "frontend": { "urls": ["http://127.0.0.1:1", /* between */ ], } }
            """);
        Assert.Equal(["http://127.0.0.1:1"], Read<FrontEndSettings>().Urls);
    }

    [Fact]
    public void Lists_come_from_variables_with_commas()
    {
        _variables["BROKER_TRUSTED_PROXIES"] = "10.0.0.1, 192.0.2.0/24";
        Assert.Equal(["10.0.0.1", "192.0.2.0/24"], Read<FrontEndSettings>(null).TrustedProxies);
    }

    [Theory]
    [InlineData("""{ "backend": { "leese_seconds": 1 } }""", "no setting \"leese_seconds\" in section \"backend\"", "nearest there is: \"lease_seconds\"")]
    [InlineData("""{ "backend": { "lease_ms": 1 } }""", "\"lease_ms\"", "\"lease_seconds\"")]
    [InlineData("""{ "shared": { "pool": "/x" } }""", "\"pool\" in section \"shared\"", "It belongs into section \"backend\"")]
    [InlineData("""{ "back_end": { } }""", "no section \"back_end\"", "\"backend\"")]
    [InlineData("""{ "backend": { "lease_seconds": "15s" } }""", "backend.lease_seconds is the text \"15s\"", "wants a number of seconds without its unit")]
    [InlineData("""{ "backend": { "lease_seconds": true } }""", "is true", "a number of seconds")]
    [InlineData("""{ "backend": { "lease_seconds": 0.1 } }""", "backend.lease_seconds", "at least 1 second")]
    [InlineData("""{ "backend": { "lanes": { "fast": 1 } } }""", "has \"fast\"", "quick, power, disk, network")]
    [InlineData("""{ "backend": { "lanes": { "disk": 1.5 } } }""", "has 1.5 for \"disk\"", "whole number")]
    [InlineData("""{ "backend": { "lanes": { "disk": 0 } } }""", "backend.lanes", "at least 1")]
    [InlineData("""{ "backend": { "storage": ["/a"] } }""", "backend.storage is a list", "an object of texts")]
    [InlineData("""{ "backend": { "storage": { "fast": "/a", "fast": "/b" } } }""", "backend.storage", "a name twice")]
    [InlineData("""{ "backend": { "storage": { "Fast": "/a" } } }""", "backend.storage has \"Fast\"", "a to z")]
    [InlineData("""{ "backend": { "storage": { "default": "/a" } } }""", "backend.storage has \"default\"", "pool")]
    [InlineData("""{ "backend": { "storage": { "fast": "a" } } }""", "backend.storage has \"a\"", "full path")]
    [InlineData("""{ "backend": { "pool": "/a", "storage": { "fast": "/a/" } } }""", "backend.storage", "named once")]
    [InlineData("""{ "backend": { "storage": { "fast": "/a", "big": "/x/../a" } } }""", "backend.storage has /a, which is storage's", "named once")]
    [InlineData("""{ "backend": { "backups": "/b", "storage": { "fast": "/b" } } }""", "backend.storage has /b, which is backups's", "named once")]
    [InlineData("""{ "backend": { "library": "/l/", "storage": { "fast": "/l/fast" } } }""", "backend.storage has /l/fast, and library has /l", "neither lies in the other")]
    [InlineData("""{ "backend": { "backups": "/s/b", "storage": { "fast": "/s" } } }""", "backend.storage has /s, and backups has /s/b", "neither lies in the other")]
    [InlineData("""{ "backend": { "backups": "/l", "library": "/l" } }""", "backend.backups has /l, which is library's", "named once")]
    [InlineData("""{ "backend": { "pool": 7 } }""", "backend.pool is 7", "a text in quotation marks")]
    [InlineData("""{ "backend": { "pool": "/a", "pool": "/b" } }""", "backend.pool", "twice")]
    [InlineData("""{ "shared": { "log_format": "xml" } }""", "the text \"xml\"", "text, json")]
    [InlineData("""{ "shared": { "otlp_endpoint": "collector" } }""", "shared.otlp_endpoint", "http://127.0.0.1:4318")]
    [InlineData("""{ "shared": [] }""", "section \"shared\" is a list", "an object")]
    [InlineData("""[]""", "wants an object", "shared, backend, frontend")]
    [InlineData("{\n  \"shared\": }", "line 2", "no JSON")]
    [InlineData("""{ "frontend": { "urls": "https://*:443" } }""", "frontend.urls is the text", "a list of texts")]
    public void A_mistake_is_named_with_its_file_its_key_and_what_is_wanted(string content, string named, string wanted)
    {
        Write(content);
        var e = Assert.Throws<SettingsException>(() => Read<BackEndSettings>());
        Assert.Contains(SettingsPath, e.Message, StringComparison.Ordinal);
        Assert.Contains(named, e.Message, StringComparison.Ordinal);
        Assert.Contains(wanted, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("trusted_proxies", "the proxy", "network such as")]
    [InlineData("urls", "*:443", "address such as")]
    [InlineData("public_origins", "https://broker.example.org/", "no slash")]
    public void What_is_in_a_list_is_judged(string key, string value, string wanted)
    {
        Write($$"""{ "frontend": { "{{key}}": ["{{value}}"] } }""");
        var e = Assert.Throws<SettingsException>(() => Read<FrontEndSettings>());
        Assert.Contains($"frontend.{key} has '{value}'", e.Message, StringComparison.Ordinal);
        Assert.Contains(wanted, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_mistakes_are_named_at_once()
    {
        Write("""{ "backend": { "pool": 1, "library": 2 }, "frontend": { "portal": 3 } }""");
        Assert.Equal(3, Assert.Throws<SettingsException>(() => Read<BackEndSettings>()).Problems.Count);
    }

    [Fact]
    public void A_wrong_variable_is_named()
    {
        _variables["BROKER_STOP_SECONDS"] = "ten";
        Assert.Contains("BROKER_STOP_SECONDS is \"ten\", but wants a number of seconds", Assert.Throws<SettingsException>(() => Read<BackEndSettings>(null)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_there_is_named()
    {
        var e = Assert.Throws<SettingsException>(() => Read<BackEndSettings>());
        Assert.Contains($"no settings file {SettingsPath}", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_password_comes_from_its_file_beside_the_settings()
    {
        _variables.Clear();
        Write("""{ "shared": { "database": "Server=db;Database=broker" }, "backend": { "database_user": "somebody" } }""");
        Secret("secrets/backend-database-password", "it's; a \"secret\"\n");
        var connection = new System.Data.Common.DbConnectionStringBuilder { ConnectionString = Read<BackEndSettings>().Database };
        Assert.Equal("somebody", connection["User ID"]);
        Assert.Equal("it's; a \"secret\"", connection["Password"]);
        Assert.Equal("db", connection["Server"]);
    }

    [Fact]
    public void What_systemd_hands_over_comes_before_the_file_beside_the_settings()
    {
        _variables.Clear();
        Write("{}");
        Secret("credentials/backend-database-password", "handed");
        _variables["CREDENTIALS_DIRECTORY"] = Path.Combine(_folder.FullName, "credentials");
        Assert.Contains("handed", Read<BackEndSettings>().Database, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.GroupWrite)]
    public void A_secret_that_others_may_read_or_write_is_refused(UnixFileMode more)
    {
        _variables.Clear();
        Write("{}");
        var path = Secret("secrets/backend-database-password", "word");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | more);
        var e = Assert.Throws<SettingsException>(() => Read<BackEndSettings>());
        Assert.Contains($"chmod 600 {path}", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("word\"", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "There is no file")]
    [InlineData("\n", "is empty")]
    public void A_secret_that_is_missing_or_empty_is_named_with_its_setting(string? content, string expected)
    {
        _variables.Clear();
        Write("{}");
        if (content is not null) Secret("secrets/backend-database-password", content);
        var e = Assert.Throws<SettingsException>(() => Read<BackEndSettings>());
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
        Assert.Contains("database_password_file", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_password_in_the_settings_file_closes_that_file()
    {
        _variables.Clear();
        Write($$"""{ "shared": { "database": "{{Account}}" } }""");
        Assert.Contains($"chmod 600 {SettingsPath}", Assert.Throws<SettingsException>(() => Read<BackEndSettings>()).Message, StringComparison.Ordinal);
        File.SetUnixFileMode(SettingsPath, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Assert.Equal(Account, Read<BackEndSettings>().Database);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private void Write(string content)
    {
        File.WriteAllText(SettingsPath, content);
        File.SetUnixFileMode(SettingsPath, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
    }

    private string Secret(string name, string content)
    {
        var path = Path.Combine(_folder.FullName, name);
        System.IO.Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
        File.SetUnixFileMode(path, UnixFileMode.UserRead);
        return path;
    }

    private T Read<T>() where T : SharedSettings, new() => Read<T>(SettingsPath);

    private T Read<T>(string? file) where T : SharedSettings, new() => SettingsFile.Read<T>(file, name => _variables.GetValueOrDefault(name));
}
