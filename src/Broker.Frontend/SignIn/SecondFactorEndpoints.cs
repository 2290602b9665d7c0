using Broker.Core.Audit;
using Broker.Core.Database;
using Broker.Core.Users;
using Broker.Frontend.Hosting;
using Microsoft.AspNetCore.Http.HttpResults;
using QRCoder;

namespace Broker.Frontend.SignIn;

/// <summary>One's own second factor.</summary>
/// <param name="Since">Since when it is needed; null when there is none.</param>
/// <param name="RecoveryCodes">How many recovery codes are left.</param>
public sealed record SecondFactorView(DateTimeOffset? Since, int RecoveryCodes);

/// <summary>A secret for an authenticator, told once.</summary>
/// <param name="Secret">For typing it in, in base 32.</param>
/// <param name="Uri">The same with names, as authenticators read it.</param>
/// <param name="QrPng">That as a picture (PNG, base64).</param>
/// <param name="State">What the call that confirms it has to carry.</param>
public sealed record SecondFactorEnrolment(string Secret, string Uri, byte[] QrPng, string State);

/// <summary>Shows that the authenticator has the secret.</summary>
/// <param name="State">From the enrolment.</param>
/// <param name="Code">What the authenticator shows.</param>
public sealed record SecondFactorConfirmation(string State, string Code);

/// <summary>Codes that each count once in place of the authenticator's, told once.</summary>
public sealed record RecoveryCodes(IReadOnlyList<string> Codes);

/// <summary>Shows that it is really oneself.</summary>
/// <param name="Password">One's password.</param>
/// <param name="Code">What the authenticator shows, or a recovery code.</param>
public sealed record SecondFactorRemoval(string Password, string Code);

/// <summary>Setting up one's second factor, and doing without.</summary>
public static class SecondFactorEndpoints
{
    private const string Issuer = "Broker";
    private const int PixelsPerModule = 6;

    /// <summary>Adds the routes.</summary>
    public static void MapSecondFactor(this IEndpointRouteBuilder app)
    {
        var own = app.MapGroup("/api/session/second-factor").WithTags("session");
        own.MapGet("", Get).AnyAccount().WithName("get_second_factor").WithSummary("One's own second factor").Refuses(401, 403);
        own.MapPost("/enrolment", Begin).AnyAccount().WithName("begin_second_factor").WithSummary("A secret for an authenticator").Refuses(401, 403, 409);
        own.MapPut("", Confirm).AnyAccount().WithName("confirm_second_factor").WithSummary("Need the authenticator's codes from now on; all other sessions of the account end").Refuses(400, 401, 403, 409, 429);
        own.MapPost("/removal", Remove).AnyAccount().WithName("remove_second_factor").WithSummary("Do without a second factor").Refuses(400, 401, 403, 404, 409, 429);
    }

    private static async Task<Ok<SecondFactorView>> Get(SignedIn who, Db db, CancellationToken cancel)
    {
        var row = await db.Read(s => SecondFactorsTable.Get(s, who.Id), cancel);
        return TypedResults.Ok(new SecondFactorView(row?.CreatedAt, row?.RecoveryCodes ?? 0));
    }

    private static async Task<Ok<SecondFactorEnrolment>> Begin(SignedIn who, Db db, SecondFactor secondFactor, CancellationToken cancel)
    {
        if (await db.Read(s => SecondFactorsTable.Has(s, who.Id), cancel)) throw Taken();
        var (secret, state) = secondFactor.NewEnrolment(who.Id);
        var uri = Totp.Uri(Issuer, who.Account.Name, secret);
        using var qr = QRCodeGenerator.GenerateQrCode(uri, QRCodeGenerator.ECCLevel.M);
        return TypedResults.Ok(new SecondFactorEnrolment(Totp.Text(secret), uri, new PngByteQRCode(qr).GetGraphic(PixelsPerModule), state));
    }

    private static async Task<Ok<RecoveryCodes>> Confirm(SecondFactorConfirmation form, SignedIn who, HttpContext http, Db db, Sessions sessions, SecondFactor secondFactor, SignInLimits limits, CancellationToken cancel)
    {
        var attempt = limits.Begin(who.Account.Name, http.Connection.RemoteIpAddress);
        IReadOnlyList<string> codes;
        try
        {
            codes = await db.Transaction(async s =>
            {
                var told = await secondFactor.Enrol(s, who.Id, form.State, form.Code)
                    ?? throw new RefusedException(StatusCodes.Status403Forbidden, "wrong_code", "That is not the code of this secret, or setting it up took too long. Check the clock of the phone, or begin again.");
                await SessionsTable.EndAll(s, who.Id, who.Session);
                await AuditTable.Insert(s, who.Id, who.Caller.Address, "second_factor_set_up", who.Account.Name);
                return told;
            }, cancel);
        }
        catch (Exception e) when (Db.IsDuplicateKey(e))
        {
            throw Taken();
        }

        attempt.Succeeded();
        sessions.Forget(who.Id);
        return TypedResults.Ok(new RecoveryCodes(codes));
    }

    private static async Task<NoContent> Remove(
        SecondFactorRemoval form, SignedIn who, HttpContext http, Db db, Sessions sessions, SecondFactor secondFactor, PasswordCheck passwords, SignInLimits limits, CancellationToken cancel)
    {
        var attempt = limits.Begin(who.Account.Name, http.Connection.RemoteIpAddress);
        var verdict = await passwords.Check(who.Account.Name, form.Password, cancel);
        if (verdict.Proof is null || verdict.User?.Id != who.Id || !await db.Transaction(s => secondFactor.Take(s, who.Id, form.Code), cancel))
        {
            await db.Transaction(s => AuditTable.Insert(s, who.Id, who.Caller.Address, "second_factor_removed", who.Account.Name, outcome: AuditOutcome.Refused), cancel);
            throw new RefusedException(StatusCodes.Status403Forbidden, "wrong_credentials", "Password or code is wrong. Each code counts once.");
        }

        attempt.Succeeded();
        await db.Transaction(async s =>
        {
            await SecondFactorsTable.Remove(s, who.Id);
            await AuditTable.Insert(s, who.Id, who.Caller.Address, "second_factor_removed", who.Account.Name);
        }, cancel);
        sessions.Forget(who.Id);
        return TypedResults.NoContent();
    }

    private static RefusedException Taken() => new(StatusCodes.Status409Conflict, "second_factor_there", "You have a second factor. Remove it first.");
}
