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
    /// <summary>The name of the option for JSON.</summary>
    public const string JsonName = "--json";

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

    /// <summary>The option that all commands know: JSON instead of text, errors too.</summary>
    public static Option<bool> JsonOption() => new(JsonName) { Description = "Print one JSON document instead of text; errors, too.", Recursive = true };

    /// <summary>Whether JSON is wanted.</summary>
    public static bool IsJson(ParseResult parsed) => parsed.GetValue<bool>(JsonName);

    /// <summary>On whose behalf a command acts.</summary>
    public static Option<string?> AsOption() => new("--as")
    {
        Description = "Act as this user. Default: the administrator called like you, else the one who was there first.",
        HelpName = "USER",
    };

    /// <summary>The settings file in use: the one that was named, else the installed one, unless variables say where the database is.</summary>
    public static string? File(ParseResult parsed, Terminal terminal) =>
        parsed.GetValue<string?>(ConfigName)
        ?? (terminal.Variable("BROKER_DATABASE") is null && System.IO.File.Exists(SettingsFile.Installed) ? SettingsFile.Installed : null);

    /// <summary>The settings of the back end that this command line speaks for.</summary>
    /// <exception cref="CommandFailedException">They are wrong.</exception>
    public static BackEndSettings Read(ParseResult parsed, Terminal terminal) => Read<BackEndSettings>(parsed, terminal);

    /// <summary>The settings of a program of this machine.</summary>
    /// <exception cref="CommandFailedException">They are wrong.</exception>
    public static T Read<T>(ParseResult parsed, Terminal terminal) where T : SharedSettings, new()
    {
        try
        {
            return SettingsFile.Read<T>(File(parsed, terminal), terminal.Variable);
        }
        catch (SettingsException e)
        {
            throw new CommandFailedException(e.Message, ExitCode.Usage);
        }
    }

    /// <summary>A section of its own, that several programs use.</summary>
    /// <exception cref="CommandFailedException">Something in it is wrong.</exception>
    public static T ReadSection<T>(ParseResult parsed, Terminal terminal) where T : SectionSettings, new()
    {
        try
        {
            return SettingsFile.ReadSection<T>(File(parsed, terminal), terminal.Variable);
        }
        catch (SettingsException e)
        {
            throw new CommandFailedException(e.Message, ExitCode.Usage);
        }
    }

    /// <summary>The database of this command line.</summary>
    /// <exception cref="CommandFailedException">The settings are wrong.</exception>
    public static Db Open(ParseResult parsed, Terminal terminal) => Open(Read(parsed, terminal));

    /// <summary>The database that settings name.</summary>
    /// <exception cref="CommandFailedException">The connection string is none.</exception>
    public static Db Open(BackEndSettings settings)
    {
        try
        {
            return new Db(settings.Database, ring: new Doorbell(settings.DoorbellFolder).Ring, patience: Patience);
        }
        catch (Exception e) when (e is ArgumentException or DbException)
        {
            throw new CommandFailedException($"The connection string of the database can't be read: {e.Message.TrimEnd('.')}. It looks like {Example}.", ExitCode.Usage);
        }
    }

    /// <summary>
    /// The caller that was asked for. Else the administrator whose sign-in name is that of the person at the machine (before sudo), else the first one.
    /// Whoever has the database's password may be anybody: this is about whose name stands beside a deed, not about rights.
    /// </summary>
    /// <exception cref="CommandFailedException">There is none.</exception>
    public static async Task<Caller> Caller(DbSession db, string? name, Terminal terminal)
    {
        if (name is not null)
        {
            var user = await Users.Find(db, name);
            return await UsersTable.Caller(db, user.Id, address: null) ?? throw new CommandFailedException($"{user.Name} is disabled and can't ask for anything.");
        }

        var administrators = (await UsersTable.All(db)).Where(u => u is { IsAdmin: true, IsDisabled: false }).ToList();
        var person = terminal.Variable("SUDO_USER") ?? terminal.Variable("USER");
        var who = administrators.Find(u => string.Equals(u.Name, person, StringComparison.OrdinalIgnoreCase)) ?? administrators.MinBy(u => u.Id)
            ?? throw new CommandFailedException("There is no administrator yet. Make one: broker users add NAME --admin --password-stdin.");
        return (await UsersTable.Caller(db, who.Id, address: null))!;
    }
}
