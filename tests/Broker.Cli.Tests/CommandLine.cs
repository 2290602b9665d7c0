using System.Text.Json;
using Broker.Core.Database;
using Broker.Core.Users;
using Broker.Testing;

namespace Broker.Cli.Tests;

/// <summary>A database of its own and the command line that speaks to it.</summary>
public sealed class CommandLine
{
    public const string Password = "Correct-Horse-9";

    private readonly Dictionary<string, string> _variables = [];
    private bool _isScreen;

    public Db Db { get; private init; } = null!;

    /// <summary>Told each line of standard error as it is written.</summary>
    public Action<string>? OnError { get; set; }

    public string RunFolder { get; } = Repository.NewFolder("run");

    /// <summary>With tables, and an administrator called ada unless the test wants none.</summary>
    public static async Task<CommandLine> New(bool migrated = true, bool withAdmin = true)
    {
        var database = await (await PrivateMariaDb.Shared).NewDatabase(migrated);
        var line = new CommandLine { Db = new Db(database) };
        line._variables["BROKER_DATABASE"] = database;
        line._variables["BROKER_RUN"] = line.RunFolder;
        if (migrated && withAdmin) await line.Db.Transaction(s => UsersTable.Insert(s, "ada", "Ada", null, isAdmin: true, mustChangePassword: false));
        return line;
    }

    public CommandLine With(string variable, string? value)
    {
        if (value is null) _variables.Remove(variable);
        else _variables[variable] = value;
        return this;
    }

    public CommandLine OnScreen(bool isScreen = true)
    {
        _isScreen = isScreen;
        return this;
    }

    public string Variable(string name) => _variables[name];

    public Task<Outcome> Run(params string[] args) => Run(args, "");

    public async Task<Outcome> Run(string[] args, string input, CancellationToken cancel = default)
    {
        using var output = new StringWriter();
        using var error = new WatchedWriter(line => OnError?.Invoke(line));
        using var reader = new StringReader(input);
        var code = await Program.Run(args, new Terminal(reader, output, error, name => _variables.GetValueOrDefault(name)) { IsOutScreen = _isScreen, IsErrorScreen = _isScreen }, cancel);
        return new Outcome(code, output.ToString(), error.ToString());
    }
}

internal sealed class WatchedWriter(Action<string> told) : StringWriter
{
    public override async Task WriteLineAsync(string? value)
    {
        await base.WriteLineAsync(value);
        told(value ?? "");
    }
}

/// <summary>What a command line gave.</summary>
public sealed record Outcome(int Code, string Out, string Error)
{
    public JsonElement Json => JsonDocument.Parse(Out).RootElement;

    /// <summary>The output, once it is clear that the command succeeded.</summary>
    public string Done()
    {
        Assert.True(Code == ExitCode.Done, $"exit code {Code}: {Error}");
        return Out;
    }
}
