using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Broker.Frontend.SignIn;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Broker.Frontend.Hosting;

/// <summary>The API's own description, from which the portal's types are made.</summary>
public static class ApiDescription
{
    private const string Version = "v1";
    private const string CookieScheme = "session";
    private const string TokenScheme = "csrf_token";

    // What people see of a row, and what they send, are called like the thing itself.
    private static readonly string[] Endings = ["View", "Form"];

    /// <summary>Adds it.</summary>
    public static void AddApiDescription(this WebApplicationBuilder builder) => builder.Services.AddOpenApi(Version, options =>
    {
        options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
        var described = new ConcurrentDictionary<string, Type>();
        options.CreateSchemaReferenceId = type =>
        {
            if (NameOf(type) is not { } name) return null;
            var bare = Nullable.GetUnderlyingType(type.Type) ?? type.Type;
            var other = described.GetOrAdd(name, bare);
            return other == bare ? name : throw new InvalidOperationException($"The API's description would call both {other} and {bare} {name}. Rename one of them.");
        };
        options.AddSchemaTransformer((schema, context, _) =>
        {
            Complete(schema, context);
            return Task.CompletedTask;
        });
        options.AddOperationTransformer((operation, context, _) =>
        {
            Secure(operation, context);
            NameWords(operation, context);
            return Task.CompletedTask;
        });
        options.AddDocumentTransformer((document, _, _) =>
        {
            Introduce(document);
            return Task.CompletedTask;
        });
    });

    /// <summary>Adds the route.</summary>
    public static void MapApiDescription(this WebApplication app)
    {
        // It takes a while to make, is the same for everybody, and nobody has to sign in to ask for it.
        byte[]? made = null;
        app.MapGet($"/openapi/{Version}.json", async ([FromKeyedServices(Version)] IOpenApiDocumentProvider description, CancellationToken cancel) =>
                TypedResults.Bytes(made ??= await Written(description, cancel), "application/json;charset=utf-8"))
            .ExcludeFromDescription().Anybody().WithName("openapi");
    }

    private static async Task<byte[]> Written(IOpenApiDocumentProvider description, CancellationToken cancel)
    {
        using var text = new MemoryStream();
        await (await description.GetOpenApiDocumentAsync(cancel)).SerializeAsJsonAsync(text, OpenApiSpecVersion.OpenApi3_1, cancel);
        return text.ToArray();
    }

    private static string? NameOf(JsonTypeInfo type)
    {
        if (type.Type == typeof(JsonElement) || type.Type == typeof(JsonElement?) || IsWord(type.Type)) return null;
        var name = OpenApiOptions.CreateDefaultSchemaReferenceId(type);
        return name is not null && Array.Find(Endings, e => name.EndsWith(e, StringComparison.Ordinal)) is { } ending ? name[..^ending.Length] : name;
    }

    private static void Complete(OpenApiSchema schema, OpenApiSchemaTransformerContext context)
    {
        if (context.JsonTypeInfo.Type.IsEnum) schema.Type = JsonSchemaType.String;
        if (context.JsonTypeInfo.Type != typeof(JsonElement) || context.JsonPropertyInfo?.Name != "args") return;
        schema.Type = JsonSchemaType.Object;
        schema.AdditionalProperties = new OpenApiSchema();
    }

    // The same rule that guards the route says who may call it.
    private static void Secure(OpenApiOperation operation, OpenApiOperationTransformerContext context)
    {
        var rule = context.Description.ActionDescriptor.EndpointMetadata.OfType<CallerRule>().Single();
        var needed = new OpenApiSecurityRequirement();
        if (rule.Who != "anybody") needed[new OpenApiSecuritySchemeReference(CookieScheme, context.Document)] = [];
        if (context.Description.HttpMethod is not ("GET" or "HEAD")) needed[new OpenApiSecuritySchemeReference(TokenScheme, context.Document)] = [];
        operation.Security = needed.Count > 0 ? [needed] : [];
    }

    private static void NameWords(OpenApiOperation operation, OpenApiOperationTransformerContext context)
    {
        foreach (var parameter in context.Description.ParameterDescriptions)
        {
            var declared = parameter.ParameterDescriptor?.ParameterType;
            var one = declared?.GetElementType() ?? declared;
            var type = one is null ? null : Nullable.GetUnderlyingType(one) ?? one;
            if (type is null || !IsWord(type)) continue;
            if (operation.Parameters?.FirstOrDefault(p => p.Name == parameter.Name) is not OpenApiParameter described) continue;
            var word = new OpenApiSchema
            {
                Type = JsonSchemaType.String,
                Enum = [.. Enum.GetNames(type.GetGenericArguments()[0]).Select(n => (JsonNode)JsonNamingPolicy.SnakeCaseLower.ConvertName(n))],
            };
            described.Schema = declared is { IsArray: true } ? new OpenApiSchema { Type = JsonSchemaType.Array, Items = word } : word;
        }
    }

    private static bool IsWord(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(OneOf<>);

    private static void Introduce(OpenApiDocument document)
    {
        document.Info = new OpenApiInfo
        {
            Title = "Broker",
            Version = Version,
            Description = "Sign in with POST /api/session; the session is a cookie. Each change carries the header X-CSRF-Token with the token that GET /api/session gives. "
                + "A program sends Authorization: Bearer with a token of POST /api/tokens instead of both; what is about signing in takes none. "
                + "Whatever is refused or fails is answered with problem+json and a code; besides what each operation names that may be 429 (too many calls), 500, or 503 (no database).",
        };
        document.Servers = [];
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
        {
            [CookieScheme] = new OpenApiSecurityScheme { Type = SecuritySchemeType.ApiKey, In = ParameterLocation.Cookie, Name = Cookies.Scheme, Description = "Set by POST /api/session." },
            [TokenScheme] = new OpenApiSecurityScheme { Type = SecuritySchemeType.ApiKey, In = ParameterLocation.Header, Name = Cookies.CsrfHeader, Description = "Given by /api/session." },
        };
    }
}
