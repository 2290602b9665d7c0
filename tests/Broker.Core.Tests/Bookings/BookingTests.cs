using System.Globalization;
using Broker.Core.Access;
using Broker.Core.Bookings;
using Broker.Core.Domains;
using Broker.Core.Requests;
using Broker.Core.Requests.Domains;
using Broker.Core.Users;

namespace Broker.Core.Tests.Bookings;

/// <summary>Bookings in the database: who makes and changes them, what is in their way, and starts while something is booked.</summary>
public class BookingTests
{
    private static readonly BookingToBe Exam = new("Exam", new DateOnly(2030, 1, 7), new DateOnly(2030, 1, 18), "08:00", "10:00", "Europe/Madrid", DaysOfWeek: [1, 3]);

    [Fact]
    public async Task ItHasADayForEachDayOfTheWeek()
    {
        var (world, origin, teacher) = await Prepare();
        var id = await Make(world, teacher, Exam with { OnBases = [origin.Id] });
        var days = await world.Db.Read(s => BookingsTable.Of(s, id));
        Assert.Equal([7, 9, 14, 16], days.Select(d => d.Day.Day));
        Assert.All(days, d => Assert.Equal(("Exam", "teacher", TimeSpan.FromHours(2), origin.Id), (d.Title, d.OwnerName, d.EndsAt - d.StartsAt, d.OnBases.Single())));
        Assert.Equal(1, await world.Count("SELECT COUNT(*) FROM audit WHERE action = 'booking_added' AND subject = 'Exam'"));
    }

    [Fact]
    public async Task WhatIsBookedIsNotBookedAgainButByThoseWhoMay()
    {
        var (world, origin, teacher) = await Prepare();
        var other = await Granted(world, "other", "own");
        var exam = Exam with { OnBases = [origin.Id] };
        var tutorial = exam with { Title = "Tutorial", From = "09:00", Until = "11:00" };
        await Make(world, teacher, exam);

        var plan = await world.Db.Read(s => Booking.Plan(s, other, tutorial));
        Assert.Equal((4, 4, Overlap.After), (plan.Entries.Count, plan.Conflicts.Count, plan.Conflicts[0].How));
        Assert.Equal(1, await world.Count("SELECT COUNT(*) FROM bookings"));
        Assert.Equal("booking_conflict", (await Refused(other, tutorial)).Code);
        Assert.Contains("Choose another time", (await Refused(other, tutorial with { DespiteConflicts = true })).Message, StringComparison.Ordinal);
        Assert.Contains("despite_conflicts", (await Refused(teacher, tutorial)).Message, StringComparison.Ordinal);
        await Make(world, teacher, tutorial with { DespiteConflicts = true });
        await Make(world, world.Admin, tutorial with { DespiteConflicts = true });
        await Make(world, other, tutorial with { From = "11:00", Until = "12:00" });      // it begins when the other ends

        Task<RequestRefusedException> Refused(Caller who, BookingToBe form) => Assert.ThrowsAsync<RequestRefusedException>(() => Make(world, who, form));
    }

    [Fact]
    public async Task OfTenWhoBookTheSameAtOnceOneHasIt()
    {
        var (world, origin, teacher) = await Prepare();
        var made = await Task.WhenAll(Enumerable.Range(0, 10).Select(async i =>
        {
            try
            {
                return await Make(world, teacher, Exam with { Title = $"Exam {i}", OnBases = [origin.Id] });
            }
            catch (RequestRefusedException e) when (e.Code == "booking_conflict")
            {
                return 0;
            }
        }));
        Assert.Single(made, id => id != 0);
        Assert.Equal(4, await world.Count("SELECT COUNT(*) FROM booking_entries"));
    }

    [Fact]
    public async Task OnlyWhoWasGrantedToBooksAndOnlyWhoLooksAfterAllBooksAllMachines()
    {
        var (world, origin, teacher) = await Prepare();
        var student = await world.User("student");
        var hidden = await world.Machine("hidden", isBase: true);
        await Refused("not_allowed", student, Exam with { OnBases = [origin.Id] });
        await Refused("not_allowed", teacher, Exam);
        await Refused("unknown_domain", teacher, Exam with { OnBases = [hidden.Id] });
        await Refused("unknown_user", teacher, Exam with { OnBases = [origin.Id], ForUsers = ["nobody"] });
        await Refused("unknown_group", teacher, Exam with { OnBases = [origin.Id], ForGroups = ["none"] });
        await Make(world, await Granted(world, "keeper", "all"), Exam);

        async Task Refused(string code, Caller who, BookingToBe form) => Assert.Equal(code, (await Assert.ThrowsAsync<RequestRefusedException>(() => Make(world, who, form))).Code);
    }

    [Theory]
    [InlineData("Mars/Olympus", "08:00", "#112233", "time zone")]
    [InlineData("Europe/Madrid", "8", "#112233", "from is a time")]
    [InlineData("Europe/Madrid", "08:00", "red", "colour")]
    public async Task WhatCanBeNoBookingIsTold(string zone, string from, string colour, string says)
    {
        var (world, origin, teacher) = await Prepare();
        var refused = await Assert.ThrowsAsync<RequestRefusedException>(() => Make(world, teacher, Exam with { OnBases = [origin.Id], TimeZone = zone, From = from, Colour = colour }));
        Assert.Equal("bad_arguments", refused.Code);
        Assert.Contains(says, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AChangeIsOfOneDayOrOfMoreAndKeepsTheTimeOfTheClock()
    {
        var (world, origin, teacher) = await Prepare();
        // over the change of the clocks of March
        var id = await Make(world, teacher, Exam with { FirstDay = new DateOnly(2030, 3, 25), LastDay = new DateOnly(2030, 4, 7), OnBases = [origin.Id] });
        var days = await world.Db.Read(s => BookingsTable.Of(s, id));
        await Change(days[0].Id, Entries.This, new EntryChange(Title: "Moved", Day: new DateOnly(2030, 3, 26)));
        await Change(days[1].Id, Entries.Following, new EntryChange(From: "09:30"));
        await Change(days[1].Id, Entries.FollowingOfWeekday, new EntryChange(Description: "On Wednesdays"));
        await Change(days[3].Id, Entries.All, new EntryChange(Visibility: Visibility.Private));

        var now = await world.Db.Read(s => BookingsTable.Of(s, id));
        Assert.Equal(["2030-03-26 08:00", "2030-03-27 09:30", "2030-04-01 09:30", "2030-04-03 09:30"],
            now.Select(d => TimeZoneInfo.ConvertTime(d.StartsAt, d.Zone).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)));
        Assert.Equal(["Moved", "Exam", "Exam", "Exam"], now.Select(d => d.Title));
        Assert.Equal([null, "On Wednesdays", null, "On Wednesdays"], now.Select(d => d.Description));
        Assert.All(now, d => Assert.Equal(Visibility.Private, d.Visibility));

        var stranger = await Granted(world, "stranger", "own");
        Assert.Equal("not_allowed", (await Assert.ThrowsAsync<RequestRefusedException>(() => world.Db.Transaction(s => Booking.Remove(s, stranger, days[0].Id, Entries.All)))).Code);
        Assert.Equal(3, await world.Db.Transaction(s => Booking.Remove(s, teacher, days[1].Id, Entries.Following)));
        Assert.Equal(1, await world.Db.Transaction(s => Booking.Remove(s, teacher, days[0].Id, Entries.This)));
        Assert.Equal(0, await world.Count("SELECT COUNT(*) FROM bookings"));

        Task<BookingPlan> Change(long entry, Entries which, EntryChange change) => world.Db.Transaction(s => Booking.Change(s, teacher, entry, which, change));
    }

    [Fact]
    public async Task WhileItIsBookedOthersDoNotStartAndAChangeOfItCountsAtOnce()
    {
        var (world, origin, teacher) = await Prepare();
        var bea = await world.User("bea");
        var mine = await world.Machine("mine", bea);
        await world.Db.Transaction(s => DomainsTable.SetBaseId(s, mine.Id, origin.Id));
        var entry = await Now(world, teacher, origin.Id);

        var refused = await world.Refused(new StartDomain(mine.Id), bea);
        Assert.Equal("booked", refused.Code);
        Assert.Contains("It is booked by teacher until", refused.Message, StringComparison.Ordinal);
        // for later it is looked at then; administrators start what they like
        await world.Add(new StartDomain(mine.Id), bea, at: TimeProvider.System.GetUtcNow().AddDays(1));
        // neither does somebody with whom it is shared, though it be booked for him: it is not for its owner
        var cem = await world.User("cem");
        await world.Db.Transaction(s => DomainsTable.SetShared(s, mine, cem.UserId, true));
        await world.Db.Transaction(s => Booking.Change(s, teacher, entry, Entries.This, new EntryChange(ForUsers: ["cem"])));
        Assert.Equal("booked", (await world.Refused(new StartDomain(mine.Id), cem)).Code);

        await world.Db.Transaction(s => Booking.Change(s, teacher, entry, Entries.This, new EntryChange(ForUsers: ["bea"])));
        await world.Add(new StartDomain(mine.Id), bea);
        var other = await world.Machine("other", await world.User("dan"));
        await world.Db.Transaction(s => DomainsTable.SetBaseId(s, other.Id, origin.Id));
        await world.Add(new StartDomain(other.Id));
    }

    // one that is going on
    private static async Task<long> Now(World world, Caller teacher, params Guid[] bases)
    {
        var id = await world.Db.Transaction(async s =>
        {
            var (made, _) = await Booking.Make(s, teacher, Exam with { LastDay = Exam.FirstDay, DaysOfWeek = null, OnBases = bases });
            await s.Execute("UPDATE booking_entries SET starts_at = UTC_TIMESTAMP(6) - INTERVAL 1 HOUR, ends_at = UTC_TIMESTAMP(6) + INTERVAL 1 HOUR WHERE booking_id = @made", new { made });
            return made;
        });
        return (await world.Db.Read(s => BookingsTable.Of(s, id))).Single().Id;
    }

    private static async Task<long> Make(World world, Caller who, BookingToBe form) => (await world.Db.Transaction(s => Booking.Make(s, who, form))).Id;

    private static async Task<Caller> Granted(World world, string name, string reach)
    {
        var person = await world.User(name);
        await world.Db.Transaction(s => s.Execute("INSERT INTO grants (user_id, grant_name, reach) VALUES (@UserId, 'book', @reach)", new { person.UserId, reach }));
        return (await world.Db.Read(s => UsersTable.Caller(s, person.UserId, null)))!;
    }

    private static async Task<(World World, DomainRow Origin, Caller Teacher)> Prepare()
    {
        var world = await World.New();
        return (world, await world.Machine("linux", isBase: true, isPublic: true), await Granted(world, "teacher", "own"));
    }
}
