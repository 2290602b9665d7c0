using System.CommandLine;
using System.Data.Common;
using Broker.Core.Access;
using Broker.Core.Database;
using Broker.Core.Events;
using Broker.Core.Users;
using Microsoft.Extensions.Configuration;

namespace Broker.Cli;

/// <summary>Where the database and the doorbells are: <c>BROKER_DATABASE</c> and <c>BROKER_RUN</c>, or section <c>Broker</c> of the file that <c>--config</c> names. Variables win.</summary>
/// <param name="Database">Connection string.</param>
/// <param name="Run">Run folder.</param>
internal sealed record Settings(string Database, string Run)
{
    private const string ConfigName = "--config";
    private const string Example = "Server=127.0.0.1;Port=3306;Database=broker;User ID=…;Password=…";

    // A person waits: he should soon learn that nothing answers.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>The option that all commands know.</summary>
    public static Option<string?> ConfigOption() => new(ConfigName)
    {
        Description = "Settings file (JSON, section Broker with Database and Run). BROKER_DATABASE and BROKER_RUN win over it.",
        HelpName = "FILE",
        Recursive = true,
    };

    /// <summary>On whose behalf a command acts.</summary>
    public static Option<string?> AsOption() => new("--as")
    {
        Description = "On behalf of this user. Default: the administrator who was there first.",
        HelpName = "USER",
    };

    /// <summary>For commands that print rows.</summary>
    public static Option<bool> JsonOption() => new("--json") { Description = "Print JSON instead of a table." };

    /// <summary>The database of this command line.</summary>
    /// <exception cref="CommandFailedException">No database is set, or the file is not there.</exception>
    public static Db Open(ParseResult parsed, Terminal terminal)
    {
        var (database, run) = Read(parsed.GetValue<string?>(ConfigName), terminal);
        try
        {
            return new Db(database, ring: new Doorbell(Path.Combine(run, "doorbell")).Ring, patience: Patience);
        }
        catch (Exception e) when (e is ArgumentException or DbException)
        {
            throw new CommandFailedException($"The connection string of the database can't be read: {e.Message.TrimEnd('.')}. It looks like {Example}.", ExitCode.Usage);
        }
    }

    /// <summary>The caller that was asked for, or the first administrator.</summary>
    /// <exception cref="CommandFailedException">There is none.</exception>
    public static async Task<Caller> Caller(DbSession db, string? name)
    {
        if (name is null)
        {
            var first = (await UsersTable.All(db)).Where(u => u is { IsAdmin: true, IsDisabled: false }).MinBy(u => u.Id)
                ?? throw new CommandFailedException("There is no administrator yet. Make one: broker user add NAME --admin --password-stdin.");
            return (await UsersTable.Caller(db, first.Id, address: null))!;
        }

        var user = await Users.Find(db, name);
        return await UsersTable.Caller(db, user.Id, address: null) ?? throw new CommandFailedException($"{user.Name} is disabled and can't ask for anything.");
    }

    private static Settings Read(string? file, Terminal terminal)
    {
        var configuration = new ConfigurationBuilder();
        if (file is not null)
        {
            if (!File.Exists(file)) throw new CommandFailedException($"There is no settings file {file}.", ExitCode.Usage);
            configuration.AddJsonFile(Path.GetFullPath(file), optional: false);
        }

        IConfigurationSection section;
        try
        {
            section = configuration.Build().GetSection("Broker");
        }
        catch (InvalidDataException e)
        {
            throw new CommandFailedException($"The settings file {file} can't be read: {(e.InnerException ?? e).Message}", ExitCode.Usage);
        }

        if ((terminal.Variable("BROKER_DATABASE") ?? section["Database"]) is not { Length: > 0 } database)
            throw new CommandFailedException($"No database is set. Set BROKER_DATABASE to something like {Example}, or name a settings file with --config.", ExitCode.Usage);
        return new Settings(database, terminal.Variable("BROKER_RUN") ?? section["Run"] ?? "/run/broker");
    }
}
