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

/// <summary>Shows that it is really oneself, when the sign-in was a while ago.</summary>
/// <param name="Password">One's password; not needed within ten minutes of the sign-in.</param>
public sealed record SecondFactorBeginning(string? Password = null);

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
/// <param name="Code">What the authenticator shows, or a recovery code.</param>
/// <param name="Password">One's password; not needed within ten minutes of the sign-in.</param>
public sealed record SecondFactorRemoval(string Code, string? Password = null);

/// <summary>Setting up one's second factor, and doing without.</summary>
public static class SecondFactorEndpoints
{
    /// <summary>What the API's description says of calls that <see cref="RecentProof"/> guards.</summary>
    internal const string Recently =
        "Wants a sign-in of at most ten minutes ago, or the password with the call: else 403 with the code password_needed, or sign_in_needed for those who come by OpenID and have none here.";

    private const string Issuer = "Broker";
    private const int PixelsPerModule = 6;

    /// <summary>Adds the routes.</summary>
    public static void MapSecondFactor(this IEndpointRouteBuilder app)
    {
        var own = app.MapGroup("/api/session/second-factor").WithTags("session");
        own.MapGet("", Get).AnyAccount().WithName("get_second_factor").WithSummary("One's own second factor").Refuses(401, 403);
        own.MapPost("/enrolment", Begin).AnyAccount().WithName("begin_second_factor").WithSummary("A secret for an authenticator")
            .WithDescription(Recently).Refuses(400, 401, 403, 409, 429, 503);
        own.MapPut("", Confirm).AnyAccount().WithName("confirm_second_factor").WithSummary("Need the authenticator's codes from now on; all other sessions of the account end").Refuses(400, 401, 403, 409, 429);
        own.MapPost("/removal", Remove).AnyAccount().WithName("remove_second_factor").WithSummary("Do without a second factor")
            .WithDescription(Recently).Refuses(400, 401, 403, 404, 409, 429, 503);
    }

    private static async Task<Ok<SecondFactorView>> Get(SignedIn who, Db db, CancellationToken cancel)
    {
        var row = await db.Read(s => SecondFactorsTable.Get(s, who.Id), cancel);
        return TypedResults.Ok(new SecondFactorView(row?.CreatedAt, row?.RecoveryCodes ?? 0));
    }

    private static async Task<Ok<SecondFactorEnrolment>> Begin(SecondFactorBeginning? form, SignedIn who, HttpContext http, Db db, SecondFactor secondFactor, RecentProof proof, CancellationToken cancel)
    {
        await proof.Need(http, who, form?.Password, "second_factor_set_up", cancel);
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
        SecondFactorRemoval form, SignedIn who, HttpContext http, Db db, Sessions sessions, SecondFactor secondFactor, RecentProof proof, SignInLimits limits, CancellationToken cancel)
    {
        await proof.Need(http, who, form.Password, "second_factor_removed", cancel);
        var attempt = limits.Begin(who.Account.Name, http.Connection.RemoteIpAddress);
        if (!await db.Transaction(s => secondFactor.Take(s, who.Id, form.Code), cancel))
        {
            await db.Transaction(s => AuditTable.Insert(s, who.Id, who.Caller.Address, "second_factor_removed", who.Account.Name, outcome: AuditOutcome.Refused), cancel);
            throw new RefusedException(StatusCodes.Status403Forbidden, "wrong_credentials", "The code is wrong. Each code counts once.");
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
