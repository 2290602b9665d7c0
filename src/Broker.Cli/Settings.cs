using System.CommandLine;
using System.Data.Common;
using Broker.Core.Access;
using Broker.Core.Database;
using Broker.Core.Events;
using Broker.Core.Settings;
using Broker.Core.Users;

namespace Broker.Cli;

/// <summary>How the command line finds the database and the doorbells: as the back end does, whose account it uses.</summary>
internal static class Settings
{
    private const string ConfigName = "--config";
    private const string Example = "Server=127.0.0.1;Port=3306;Database=broker;User ID=…;Password=…";

    // A person waits: he should soon learn that nothing answers.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>The option that all commands know.</summary>
    public static Option<string?> ConfigOption() => new(ConfigName)
    {
        Description = "Settings file. Variables BROKER_… win over it. Default: /etc/broker/broker.json, unless BROKER_DATABASE is set.",
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

    /// <summary>The settings of the back end that this command line speaks for.</summary>
    /// <exception cref="CommandFailedException">They are wrong.</exception>
    public static BackEndSettings Read(ParseResult parsed, Terminal terminal)
    {
        var file = parsed.GetValue<string?>(ConfigName)
            ?? (terminal.Variable("BROKER_DATABASE") is null && File.Exists(SettingsFile.Installed) ? SettingsFile.Installed : null);
        try
        {
            return SettingsFile.Read<BackEndSettings>(file, terminal.Variable);
        }
        catch (SettingsException e)
        {
            throw new CommandFailedException(e.Message, ExitCode.Usage);
        }
    }

    /// <summary>The database of this command line.</summary>
    /// <exception cref="CommandFailedException">The settings are wrong.</exception>
    public static Db Open(ParseResult parsed, Terminal terminal)
    {
        var settings = Read(parsed, terminal);
        try
        {
            return new Db(settings.Database, ring: new Doorbell(settings.DoorbellFolder).Ring, patience: Patience);
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
}
