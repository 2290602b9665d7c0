using System.ComponentModel;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Broker.Core.Database;
using Broker.Core.Domains;
using Broker.Core.Events;
using Broker.Core.Limits;

namespace Broker.Core.Settings;

/// <summary>What those who look after the hosts set for everybody while everything runs. It is kept in the database; the settings file says where things are.</summary>
/// <param name="StartLimit">How many desktops a person may have running at a time; the oldest beyond that are ended. 0 for any number.</param>
/// <param name="MemoryReserveMib">Memory in MiB that a start leaves free on a host; a start for which there is less waits.</param>
/// <param name="SnapshotLimit">How many snapshots a machine may have that has no number of its own. 0 for none.</param>
/// <param name="AuditDays">How many days it is kept who did what.</param>
/// <param name="PasswordDays">After how many days a password that Broker knows has to be changed at the next sign-in. 0 for never.</param>
/// <param name="AdminsNeedSecondFactor">Administrators who sign in by password need a second factor; who has none sets it up before anything else.</param>
/// <param name="CloneLimit">How many desktops made from bases a person may have. 0 for any number.</param>
/// <param name="DiskGib">How big the disks of a person's machines may be together, in GiB. 0 for any size.</param>
/// <param name="MemoryGib">How much memory a person's running machines may have together, in GiB. 0 for any.</param>
/// <param name="BookingWarningMinutes">How many minutes before a booking begins those are warned whose machines end for it.</param>
public sealed record SiteSettings(
    [property: Description("How many desktops a person may have running at a time; the oldest beyond that are ended. 0 for any number.")] int StartLimit,
    [property: Description("Memory in MiB that a start leaves free on a host; a start for which there is less waits.")] int MemoryReserveMib,
    [property: Description("How many snapshots a machine may have that has no number of its own. 0 for none.")] int SnapshotLimit,
    [property: Description("How many days it is kept who did what.")] int AuditDays,
    [property: Description("After how many days a password that Broker knows has to be changed at the next sign-in. 0 for never.")] int PasswordDays,
    [property: Description("Administrators who sign in by password need a second factor; who has none sets it up before anything else.")] bool AdminsNeedSecondFactor,
    [property: Description("How many desktops made from bases a person may have. 0 for any number.")] int CloneLimit,
    [property: Description("How big the disks of a person's machines may be together, in GiB. 0 for any size.")] int DiskGib,
    [property: Description("How much memory a person's running machines may have together, in GiB. 0 for any.")] int MemoryGib,
    [property: Description("How many minutes before a booking begins those are warned whose machines end for it.")] int BookingWarningMinutes)
{
    /// <summary>How many guests there may be at a time.</summary>
    [Description("How many guests there may be at a time: people who use a base without signing in, where a network of clients lets them. 0 for none.")]
    public required int Guests { get; init; }

    /// <summary>How many of them from one address.</summary>
    [Description("How many guests there may be at a time from one address.")]
    public required int GuestsPerAddress { get; init; }

    /// <summary>How long a guest may stay.</summary>
    [Description("How many minutes a guest may stay; his desktop ends with him, and before that when he has left it.")]
    public required int GuestMinutes { get; init; }

    /// <summary>What holds where nothing was set.</summary>
    public static SiteSettings Default { get; } = new(
        StartLimit: 1, MemoryReserveMib: 256, SnapshotLimit: 3, AuditDays: 730, PasswordDays: 0, AdminsNeedSecondFactor: false, CloneLimit: 0, DiskGib: 0, MemoryGib: 0, BookingWarningMinutes: 10)
    {
        Guests = 20,
        GuestsPerAddress = 2,
        GuestMinutes = 120,
    };

    /// <summary>The names of all settings, each with what it is.</summary>
    public static IReadOnlyList<(string Name, string Description)> All { get; } =
        [.. from property in typeof(SiteSettings).GetProperties(BindingFlags.Public | BindingFlags.Instance)
            let description = property.GetCustomAttribute<DescriptionAttribute>()
            where description is not null
            select (JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name), description.Description)];

    /// <summary>What is wrong with it, in sentences for people; empty when nothing is.</summary>
    public IEnumerable<string> Problems()
    {
        foreach (var problem in Limits.Problems()) yield return problem;
        if (MemoryReserveMib is < 0 or > 1024 * 1024) yield return "memory_reserve_mib is between 0 and 1048576 (1 TiB).";
        if (BookingWarningMinutes is < 2 or > 240) yield return "booking_warning_minutes is between 2 and 240.";
        if (SnapshotLimit is < 0 or > DomainSettingsChange.MostSnapshots) yield return $"snapshot_limit is between 0 (none) and {DomainSettingsChange.MostSnapshots}.";
        if (PasswordDays is < 0 or > 3650) yield return "password_days is between 0 (never) and 3650 (ten years).";
        if (AuditDays is < 30 or > 36_500) yield return "audit_days is between 30 and 36500 (a hundred years).";
        if (Guests is < 0 or > 10_000) yield return "guests is between 0 (none) and 10000.";
        if (GuestsPerAddress is < 1 or > 10_000) yield return "guests_per_address is between 1 and 10000.";
        if (GuestMinutes is < 5 or > 1440) yield return "guest_minutes is between 5 and 1440 (a day).";
    }

    /// <summary>How much people may have of whom nothing else is said.</summary>
    [JsonIgnore]
    public LimitSet Limits => new() { StartLimit = StartLimit, CloneLimit = CloneLimit, DiskGib = DiskGib, MemoryGib = MemoryGib };

    /// <summary>The same with another value for one setting.</summary>
    /// <exception cref="SettingsException">There is no such setting, or it can't be that.</exception>
    public SiteSettings With(string name, JsonNode? value)
    {
        if (All.All(s => s.Name != name)) throw new SettingsException([$"There is no setting {name}; there is {string.Join(", ", All.Select(s => s.Name))}."]);
        var json = ToJson();
        json[name] = value;
        SiteSettings changed;
        try
        {
            changed = json.Deserialize<SiteSettings>(Json.Options)!;
        }
        catch (JsonException)
        {
            throw new SettingsException([$"{name} can't be {value?.ToJsonString() ?? "null"}: it is something like {ToJson()[name]!.ToJsonString()}."]);
        }

        var problems = changed.Problems().ToList();
        return problems.Count == 0 ? changed : throw new SettingsException(problems);
    }

    /// <summary>All of it, by the settings' names.</summary>
    public JsonObject ToJson() => JsonSerializer.SerializeToNode(this, Json.Options)!.AsObject();
}

/// <summary>All writes to <c>settings</c>.</summary>
public static class SiteSettingsTable
{
    private const string MaintenanceName = "maintenance";

    /// <summary>What holds now. What another version knows and this one does not is passed over.</summary>
    public static async Task<SiteSettings> Read(DbSession db)
    {
        var json = SiteSettings.Default.ToJson();
        foreach (var (name, value) in await db.Query<(string Name, string Value)>("SELECT name, value FROM settings"))
            if (json.ContainsKey(name)) json[name] = JsonNode.Parse(value);
        return json.Deserialize<SiteSettings>(Json.Options)!;
    }

    /// <summary>Sets all.</summary>
    public static async Task Write(DbSession db, SiteSettings settings)
    {
        // who has to set one up first, is told so at once
        if ((await Read(db)).AdminsNeedSecondFactor != settings.AdminsNeedSecondFactor) EventsTable.Changed(db, EventKind.User);
        foreach (var (name, value) in settings.ToJson())
            await db.Execute("INSERT INTO settings (name, value) VALUES (@name, @value) ON DUPLICATE KEY UPDATE value = @value", new { name, value = value!.ToJsonString() });
    }

    /// <summary>The time of maintenance that was announced last, if it was not ended; it may have passed.</summary>
    public static async Task<Maintenance?> ReadMaintenance(DbSession db) =>
        await db.First<string>("SELECT value FROM settings WHERE name = @MaintenanceName", new { MaintenanceName }) is { } value
            ? JsonSerializer.Deserialize<Maintenance?>(value, Json.Options)
            : null;

    /// <summary>Announces a time of maintenance, or none. Front ends hear of it at once.</summary>
    public static async Task WriteMaintenance(DbSession db, Maintenance? maintenance)
    {
        await db.Execute("INSERT INTO settings (name, value) VALUES (@MaintenanceName, @value) ON DUPLICATE KEY UPDATE value = @value",
            new { MaintenanceName, value = JsonSerializer.Serialize(maintenance, Json.Options) });
        EventsTable.Changed(db, EventKind.User);
    }
}
