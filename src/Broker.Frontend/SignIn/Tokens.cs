namespace Broker.Frontend.SignIn;

/// <summary>Calls of programs, which carry a token in the header <c>Authorization: Bearer brk_…</c> instead of a cookie.</summary>
public static class Tokens
{
    private const string Scheme = "Bearer";

    /// <summary>Finds out in whose name such a call comes. Cookies that come with it count for nothing.</summary>
    public static void UseTokens(this WebApplication app)
    {
        var sessions = app.Services.GetRequiredService<Sessions>();
        app.Use(async (context, next) =>
        {
            if (Of(context.Request) is { } token)
            {
                context.Request.Headers.Remove("Cookie");
                var looks = HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method);
                if (await sessions.FindByToken(token, looks, Cookies.AddressOf(context), context.RequestAborted) is { } who)
                {
                    SignedIn.Set(context, who);
                    context.User = SignedIn.PrincipalOfToken(who.Id);
                }
            }

            await next(context);
        });
    }

    /// <summary>What a call carries as token; null when it carries none.</summary>
    internal static string? Of(HttpRequest request) =>
        request.Headers.Authorization.ToString() is var header && header.Split(' ', 2) is [var scheme, .. var rest] && scheme.Equals(Scheme, StringComparison.OrdinalIgnoreCase)
            ? string.Concat(rest).Trim() : null;
}
