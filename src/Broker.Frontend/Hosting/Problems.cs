using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Broker.Core.Database;
using Broker.Core.Requests;
using Microsoft.AspNetCore.WebUtilities;

namespace Broker.Frontend.Hosting;

/// <summary>What the API answers when it does not do what was asked (RFC 9457).</summary>
/// <param name="Type">Always <c>about:blank</c>; the code tells problems apart.</param>
/// <param name="Title">The status in words.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Detail">A sentence for a person.</param>
/// <param name="Code">A fixed word for a program.</param>
/// <param name="TraceId">Finds the log lines of this call.</param>
public sealed record Problem(string Type, string Title, int Status, string? Detail, string Code, string TraceId)
{
    /// <summary>Each thing that is wrong by itself, when there are several.</summary>
    [System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Errors { get; init; }

    /// <summary>What the call that goes on from here has to carry.</summary>
    [System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)]
    public string? State { get; init; }
}

/// <summary>A call is refused, for a reason that the caller should read.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="code">A fixed word.</param>
/// <param name="detail">A sentence for a person.</param>
public sealed class RefusedException(int status, string code, string detail) : Exception(detail)
{
    /// <summary>The HTTP status.</summary>
    public int Status { get; } = status;

    /// <summary>A fixed word.</summary>
    public string Code { get; } = code;

    /// <summary>Each thing that is wrong by itself, when there are several.</summary>
    public IReadOnlyList<string>? Errors { get; init; }

    /// <summary>What the call that goes on from here has to carry.</summary>
    public string? State { get; init; }

    /// <summary>When it makes sense to try again.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>It isn't there, or the caller may not know that it is.</summary>
    public static RefusedException NoDomain(Guid id) => new(StatusCodes.Status404NotFound, "unknown_domain", $"There is no machine {id}.");
}

/// <summary>Turns whatever goes wrong into problem+json, without ever showing what is inside.</summary>
public static class Problems
{
    /// <summary>The media type.</summary>
    public const string MediaType = "application/problem+json";

    /// <summary>Everything after it answers with problem+json when it fails or leaves an error status without a body.</summary>
    public static void UseProblems(this WebApplication app)
    {
        var log = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(Problems));
        app.Use(async (context, next) =>
        {
            try
            {
                await next(context);
                if (context.Response is { HasStarted: false, StatusCode: >= 400, ContentLength: null, ContentType: null })
                    await Write(context, OfStatus(StatusOf(context.Response)));
            }
            catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
            {
                // nobody is there any more to read an answer
            }
            catch (Exception e) when (!context.Response.HasStarted)
            {
                var refused = Translate(e);
                if (refused.Status >= 500) Log.CallFailed(log, e, context.Request.Method, context.Request.Path, TraceId(context));
                await Write(context, refused);
            }
        });
    }

    /// <summary>Declares what a route may refuse, for the API's description.</summary>
    public static RouteHandlerBuilder Refuses(this RouteHandlerBuilder route, params ReadOnlySpan<int> statuses)
    {
        foreach (var status in statuses) route.Produces<Problem>(status, MediaType);
        return route;
    }

    /// <summary>Answers with a problem, which is one of the call's features from then on.</summary>
    public static async Task Write(HttpContext context, RefusedException refused)
    {
        context.Features.Set(refused);
        var response = context.Response;
        response.Clear();
        SecurityHeaders.Set(context);
        response.StatusCode = refused.Status;
        response.Headers.CacheControl = "no-cache, no-store";
        if (refused.RetryAfter is { } wait)
            response.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        var problem = new Problem("about:blank", ReasonPhrases.GetReasonPhrase(refused.Status), refused.Status, refused.Message, refused.Code, TraceId(context)) { Errors = refused.Errors, State = refused.State };
        await response.WriteAsJsonAsync(problem, Core.Json.Options, MediaType, context.RequestAborted);
    }

    private static string TraceId(HttpContext context) => Activity.Current?.TraceId.ToString() ?? context.TraceIdentifier;

    private static RefusedException Translate(Exception e) => e switch
    {
        RefusedException refused => refused,
        RequestRefusedException r => new(StatusOf(r.Code), r.Code, r.Message) { Errors = r.Problems.Count > 0 ? r.Problems : null },
        DatabaseUnavailableException => new(StatusCodes.Status503ServiceUnavailable, "database_unavailable", "The database can't be reached at the moment. Try again in a few seconds.")
        {
            RetryAfter = TimeSpan.FromSeconds(3),
        },
        BadHttpRequestException bad => new(bad.StatusCode, OfStatus(bad.StatusCode).Code, WhatIsBad(bad)),
        _ => OfStatus(StatusCodes.Status500InternalServerError),
    };

    // Where only the portal's page listens, which takes nothing but GET and HEAD, there is no address for other methods.
    private static int StatusOf(HttpResponse response) =>
        response.StatusCode == StatusCodes.Status405MethodNotAllowed && response.Headers.Allow == "GET, HEAD" ? StatusCodes.Status404NotFound : response.StatusCode;

    private static int StatusOf(string code) => code switch
    {
        "bad_arguments" => StatusCodes.Status400BadRequest,
        "not_allowed" => StatusCodes.Status403Forbidden,
        _ when code.StartsWith("unknown_", StringComparison.Ordinal) => StatusCodes.Status404NotFound,
        _ => StatusCodes.Status409Conflict,
    };

    // The reader's own messages name .NET types; where in the body it stumbled is all that helps.
    private static string WhatIsBad(BadHttpRequestException e) => e.InnerException is JsonException { Path: { Length: > 1 } path }
        ? $"The body can't be read at {path[2..]}: it is missing, unknown or of the wrong kind."
        : e.InnerException is JsonException ? "The body is not the JSON object that is expected here, or a member of it is missing."
        : e.StatusCode == StatusCodes.Status413PayloadTooLarge ? "The body is too large."
        : e.StatusCode == StatusCodes.Status415UnsupportedMediaType ? "The body has to be JSON (Content-Type: application/json)."
        : "The call can't be understood: a parameter is missing or of the wrong kind.";

    private static RefusedException OfStatus(int status) => status switch
    {
        StatusCodes.Status400BadRequest => new(status, "bad_request", "The call can't be understood."),
        StatusCodes.Status401Unauthorized => new(status, "not_signed_in", "Sign in first."),
        StatusCodes.Status403Forbidden => new(status, "not_allowed", "You are not allowed to do that."),
        StatusCodes.Status404NotFound => new(status, "not_found", "There is nothing at this address."),
        StatusCodes.Status405MethodNotAllowed => new(status, "method_not_allowed", "This address does not take that method."),
        StatusCodes.Status413PayloadTooLarge => new(status, "too_large", "The body is too large."),
        StatusCodes.Status415UnsupportedMediaType => new(status, "not_json", "The body has to be JSON (Content-Type: application/json)."),
        StatusCodes.Status429TooManyRequests => new(status, "too_many_calls", "That were too many calls at once. Try again in a moment."),
        < 500 => new(status, "refused", "The call was refused."),
        _ => new(status, "failed", "Something went wrong here. The trace id finds it in the log."),
    };
}
