using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Broker.Frontend.Hosting;

/// <summary>The API's own description, from which the portal's types are made.</summary>
public static class ApiDescription
{
    /// <summary>Adds it.</summary>
    public static void AddApiDescription(this WebApplicationBuilder builder) => builder.Services.AddOpenApi("v1", options =>
    {
        options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
        // what people see of a row is called like the row's thing
        options.CreateSchemaReferenceId = type => OpenApiOptions.CreateDefaultSchemaReferenceId(type) is { } name && name.EndsWith("View", StringComparison.Ordinal)
            ? name[..^"View".Length]
            : OpenApiOptions.CreateDefaultSchemaReferenceId(type);
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "Broker",
                Version = "v1",
                Description = "Sign in with POST /api/session; the session is a cookie. Each change carries the header X-CSRF-Token with the token that GET /api/session gives. Errors are problem+json with a code.",
            };
            document.Servers = [];
            return Task.CompletedTask;
        });
    });

    /// <summary>Adds the route.</summary>
    public static void MapApiDescription(this WebApplication app) => app.MapOpenApi("/openapi/{documentName}.json").Anybody().WithName("openapi");
}
