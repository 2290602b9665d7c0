using System.Text;
using Broker.Core.Access;
using Broker.Core.Bookings;
using Broker.Core.Database;
using Broker.Frontend.Hosting;
using Broker.Frontend.SignIn;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Broker.Frontend.Bookings;

/// <summary>The calendar of what is booked.</summary>
public static class BookingsEndpoints
{
    private const int MostDays = 400;
    private const string AboutConflicts = "What is booked already is told (409 booking_conflict), and booked twice only with despite_conflicts: one's own, or by those who change everybody's bookings. With dry_run nothing is written.";

    /// <summary>Adds the routes.</summary>
    public static void MapBookings(this IEndpointRouteBuilder app)
    {
        var bookings = app.MapGroup("/api/bookings").WithTags("bookings");
        bookings.MapGet("", List).Account().WithName("list_bookings").WithSummary("What is booked within some time")
            .WithDescription("Of what is private and not for the caller, only when it is and who booked it.").Refuses(400, 401, 403);
        bookings.MapGet("/calendar", Calendar).Account().WithName("export_bookings").WithSummary("The same as a file for other calendars (iCalendar)")
            .Produces<string>(StatusCodes.Status200OK, "text/calendar").Refuses(400, 401, 403);
        bookings.MapPost("", Create).Granted(Grant.Book).WithName("create_booking").WithSummary("Book").WithDescription(AboutConflicts).Refuses(400, 401, 403, 404, 409);
        bookings.MapPut("/entries/{id:long}", Change).Granted(Grant.Book).WithName("change_booking").WithSummary("Change days of a booking").WithDescription(AboutConflicts)
            .Refuses(400, 401, 403, 404, 409);
        bookings.MapDelete("/entries/{id:long}", Remove).Granted(Grant.Book).WithName("remove_booking").WithSummary("Book days no more").Refuses(400, 401, 403, 404);
    }

    private static async Task<Ok<BookingsView>> List(DateTimeOffset from, DateTimeOffset until, SignedIn who, Db db, CancellationToken cancel) =>
        TypedResults.Ok(new BookingsView(await db.Read(async s => await BookingAnswer.Views(s, who.Caller, await BookingsTable.Within(s, Range(from, until))), cancel)));

    private static async Task<FileContentHttpResult> Calendar(DateTimeOffset from, DateTimeOffset until, SignedIn who, Db db, TimeProvider clock, CancellationToken cancel)
    {
        var entries = await db.Read(s => BookingsTable.Within(s, Range(from, until)), cancel);
        var text = ICalendar.Write(entries, e => Booked.MaySee(e, who.Caller) ? e.Title : $"Booked by {e.OwnerName}", e => Booked.MaySee(e, who.Caller) ? e.Description : null, clock.GetUtcNow());
        return TypedResults.File(Encoding.UTF8.GetBytes(text), "text/calendar; charset=utf-8", "bookings.ics");
    }

    private static async Task<Results<Created<BookingAnswer>, Ok<BookingAnswer>>> Create(
        BookingToBe form, [FromQuery(Name = "dry_run")] bool? dryRun, SignedIn who, Db db, CancellationToken cancel)
    {
        if (dryRun is true) return TypedResults.Ok(await db.Read(async s => await BookingAnswer.Of(s, who.Caller, null, await Booking.Plan(s, who.Caller, form)), cancel));
        var answer = await db.Transaction(async s =>
        {
            var (id, conflicts) = await Booking.Make(s, who.Caller, form);
            return await BookingAnswer.Of(s, who.Caller, id, new BookingPlan(await BookingsTable.Of(s, id), conflicts));
        }, cancel);
        return TypedResults.Created((string?)null, answer);
    }

    private static async Task<Ok<BookingAnswer>> Change(
        long id, EntryChange form, OneOf<Entries>? which, [FromQuery(Name = "dry_run")] bool? dryRun, SignedIn who, Db db, CancellationToken cancel)
    {
        var entries = which?.Member ?? Entries.This;
        if (dryRun is true) return TypedResults.Ok(await db.Read(async s => await Answer(s, await Booking.Plan(s, who.Caller, id, entries, form)), cancel));
        return TypedResults.Ok(await db.Transaction(async s => await Answer(s, await Booking.Change(s, who.Caller, id, entries, form)), cancel));

        Task<BookingAnswer> Answer(DbSession db, BookingPlan plan) => BookingAnswer.Of(db, who.Caller, plan.Entries[0].BookingId, plan);
    }

    private static async Task<NoContent> Remove(long id, OneOf<Entries>? which, SignedIn who, Db db, CancellationToken cancel)
    {
        await db.Transaction(s => Booking.Remove(s, who.Caller, id, which?.Member ?? Entries.This), cancel);
        return TypedResults.NoContent();
    }

    private static Period Range(DateTimeOffset from, DateTimeOffset until) => until > from && (until - from).TotalDays <= MostDays
        ? new Period(from, until)
        : throw new RefusedException(StatusCodes.Status400BadRequest, "bad_arguments", $"until is after from, by at most {MostDays} days.");
}
