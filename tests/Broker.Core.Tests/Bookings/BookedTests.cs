using System.Globalization;
using Broker.Core.Access;
using Broker.Core.Bookings;
using Broker.Core.Domains;

namespace Broker.Core.Tests.Bookings;

/// <summary>Who may use what is booked; which days a change is about; what is booked twice; the file for other calendars.</summary>
public class BookedTests
{
    private const long Owner = 1, Listed = 2, Member = 3, Stranger = 4, Group = 70;
    private static readonly Guid Physics = Guid.NewGuid(), Maths = Guid.NewGuid();

    private static readonly EntryRow Exam = new()
    {
        Id = 1,
        BookingId = 1,
        OwnerId = Owner,
        OwnerName = "Ada",
        Colour = Booking.UsualColour,
        TimeZone = "Europe/Madrid",
        Title = "Exam",
        StartsAt = At("2026-11-02T07:00Z"),
        EndsAt = At("2026-11-02T09:00Z"),
        ForUsers = [Listed],
        ForGroups = [Group],
        OnBases = [Physics],
    };

    [Theory]
    [InlineData(Owner, true, "booked for you: Exam")]
    [InlineData(Listed, true, "booked for you: Exam")]
    [InlineData(Member, true, "booked for you: Exam")]
    [InlineData(Stranger, false, "It is booked by Ada until 10:00 (Europe/Madrid): Exam.")]
    public void WhileItIsBookedOnlyItsPeopleStart(long who, bool may, string says)
    {
        var judged = Booked.Judge(Person(who), Machine(Physics), [Exam]);
        Assert.Equal(may, judged.IsAllowed);
        Assert.Contains(says, judged.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void OfWhatIsPrivateOthersLearnOnlyByWhomAndUntilWhen()
    {
        var judged = Booked.Judge(Person(Stranger), Machine(Physics), [Exam with { Visibility = Visibility.Private }]);
        Assert.Equal("It is booked by Ada until 10:00 (Europe/Madrid). Try again then.", judged.Reason);
        Assert.Equal([true, true, true, false], new[] { Owner, Listed, Member, Stranger }.Select(w => Booked.MaySee(Exam with { Visibility = Visibility.Private }, Person(w))));
        Assert.True(Booked.MaySee(Exam, Person(Stranger)));
    }

    [Fact]
    public void ItIsAboutDesktopsOfItsBasesOrAboutAllMachines()
    {
        Assert.True(Booked.Judge(Person(Stranger), Machine(Maths), [Exam]).IsAllowed);
        Assert.True(Booked.Judge(Person(Stranger), Machine(null), [Exam]).IsAllowed);
        Assert.False(Booked.Judge(Person(Stranger), Machine(Maths), [Exam with { OnBases = [] }]).IsAllowed);
        Assert.False(Booked.Judge(Person(Stranger), Machine(null), [Exam with { OnBases = [] }]).IsAllowed);
    }

    [Fact]
    public void NoBookingKeepsOutAdministratorsOrWhatStartsWithItsHost()
    {
        Assert.True(Booked.Judge(Person(Stranger) with { IsAdmin = true }, Machine(Physics), [Exam]).IsAllowed);
        Assert.True(Booked.Judge(Person(Stranger), Machine(Physics) with { Autostart = true }, [Exam]).IsAllowed);
    }

    [Fact]
    public void WhatIsBookedTwiceIsForThePeopleOfBothAndKeepsOthersOutUntilTheLastEnds()
    {
        var second = Exam with { Id = 2, OwnerId = 9, OwnerName = "Bob", Title = "Tutorial", ForUsers = [8], ForGroups = [], EndsAt = At("2026-11-02T11:00Z") };
        Assert.All(new[] { Listed, 8L }, who => Assert.True(Booked.Judge(Person(who), Machine(Physics), [Exam, second]).IsAllowed));
        Assert.Contains("by Bob until 12:00", Booked.Judge(Person(Stranger), Machine(Physics), [Exam, second]).Reason, StringComparison.Ordinal);
        Assert.Equal(2, Booked.Against(Person(Stranger), Machine(Physics), [Exam, second])!.Id);
        Assert.Null(Booked.Against(Person(Listed), Machine(Physics), [Exam, second]));
    }

    [Fact]
    public void AChangeIsAboutOneDayTheFollowingThoseOfItsWeekdayOrAll()
    {
        // Mondays and Wednesdays of three weeks; in the middle the clocks are changed
        var all = new BookedDays(new DateOnly(2026, 10, 19), new DateOnly(2026, 11, 6), [DayOfWeek.Monday, DayOfWeek.Wednesday], new TimeOnly(0, 30), new TimeOnly(2, 0)).In(Exam.Zone)
            .Select((p, i) => Exam with { Id = i, StartsAt = p.Start, EndsAt = p.End }).Append(Exam with { Id = 99, BookingId = 2 }).ToList();
        Assert.Equal(7, all.Count);
        Assert.Equal([2L], Picked(Entries.This));
        Assert.Equal([2L, 3, 4, 5], Picked(Entries.Following));
        Assert.Equal([2L, 4], Picked(Entries.FollowingOfWeekday));
        Assert.Equal([0L, 1, 2, 3, 4, 5], Picked(Entries.All));

        IEnumerable<long> Picked(Entries which) => Series.Pick(all, all[2], which).Select(e => e.Id);
    }

    [Fact]
    public void TwoAreInEachOthersWayOnTheSameBaseOrWhenOneIsOnAll()
    {
        var wanted = Exam with { Id = 0, StartsAt = Exam.StartsAt.AddHours(1), EndsAt = Exam.EndsAt.AddHours(1) };
        var conflict = Assert.Single(Series.Conflicts([wanted], [Exam, Exam with { Id = 5, OnBases = [Maths] }]));
        Assert.Equal((1L, Overlap.After, wanted.Period), (conflict.Entry.Id, conflict.How, conflict.Period));
        Assert.Equal(2, Series.Conflicts([wanted with { OnBases = [] }], [Exam, Exam with { Id = 5, OnBases = [Maths] }]).Count);
        Assert.Single(Series.Conflicts([wanted with { OnBases = [Maths] }], [Exam with { OnBases = [] }]));
        Assert.Empty(Series.Conflicts([wanted with { StartsAt = Exam.EndsAt }], [Exam]));       // sharp at the hour
        Assert.Empty(Series.Conflicts([Exam with { EndsAt = Exam.EndsAt.AddHours(1) }], [Exam]));  // itself
    }

    [Fact]
    public void AnotherCalendarReadsWhatMayBeRead()
    {
        var text = ICalendar.Write([Exam with { Description = "Room 1; bring\nyour, own \\ pen. " + new string('é', 60) }], e => e.Title, e => e.Description, At("2026-11-01T12:00Z"));
        var lines = text.Split("\r\n");
        Assert.Equal(["BEGIN:VCALENDAR", "VERSION:2.0"], lines.Take(2));
        Assert.All(lines, l => Assert.InRange(System.Text.Encoding.UTF8.GetByteCount(l), 0, 75));
        Assert.Contains("DTSTART:20261102T070000Z", lines);
        Assert.Contains("DTEND:20261102T090000Z", lines);
        Assert.Contains($@"DESCRIPTION:Room 1\; bring\nyour\, own \\ pen. {new string('é', 60)}", text.Replace("\r\n ", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    private static Caller Person(long id) => new(id, $"user-{id}", false, null, Holdings.Everybodys) { Groups = id == Member ? new HashSet<long> { Group } : new HashSet<long>() };

    private static DomainRow Machine(Guid? origin) => DomainsTable.New("desktop", Stranger, nodeId: 1, memoryKib: 1024, vcpus: 1) with { BaseId = origin };

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
