namespace Broker.Core.Bookings;

/// <summary>Who may read what a booking is for.</summary>
public enum Visibility
{
    /// <summary>Everybody.</summary>
    Public,

    /// <summary>Its owner, its people, and those who change everybody's bookings; others see that there is one.</summary>
    Private,
}

/// <summary>A row of <c>booking_entries</c> with what its booking says: one day of it.</summary>
public sealed record EntryRow
{
    /// <summary>Key.</summary>
    public long Id { get; init; }

    /// <summary>Key of its booking.</summary>
    public long BookingId { get; init; }

    /// <summary>Whose it is.</summary>
    public required long OwnerId { get; init; }

    /// <summary>What he is called.</summary>
    public string OwnerName { get; init; } = "";

    /// <summary>Its colour in a calendar, such as #2b8a3e.</summary>
    public required string Colour { get; init; }

    /// <summary>By the clocks of this zone it was meant.</summary>
    public required string TimeZone { get; init; }

    /// <summary>When it begins, inclusive.</summary>
    public required DateTimeOffset StartsAt { get; init; }

    /// <summary>When it ends, exclusive.</summary>
    public required DateTimeOffset EndsAt { get; init; }

    /// <summary>What it is for.</summary>
    public required string Title { get; init; }

    /// <summary>More about it.</summary>
    public string? Description { get; init; }

    /// <summary>Who may read that.</summary>
    public Visibility Visibility { get; init; }

    /// <summary>Keys of the people for whom it is, besides its owner.</summary>
    public IReadOnlyList<long> ForUsers { get; init; } = [];

    /// <summary>Keys of the groups for whom it is.</summary>
    public IReadOnlyList<long> ForGroups { get; init; } = [];

    /// <summary>Desktops of these bases are booked; all machines when there is none.</summary>
    public IReadOnlyList<Guid> OnBases { get; init; } = [];

    /// <summary>When it is.</summary>
    public Period Period => new(StartsAt, EndsAt);

    /// <summary>The zone by whose clocks it was meant.</summary>
    public TimeZoneInfo Zone => TimeZoneInfo.TryFindSystemTimeZoneById(TimeZone, out var zone) ? zone : TimeZoneInfo.Utc;

    /// <summary>The day of its calendar on which it begins.</summary>
    public DateOnly Day => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(StartsAt, Zone).DateTime);
}
