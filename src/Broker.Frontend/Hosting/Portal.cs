using Broker.Core.Settings;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Extensions.FileProviders;

namespace Broker.Frontend.Hosting;

/// <summary>Serves the built portal: its files as they are, its one page for every address that is not the API's.</summary>
public static class Portal
{
    private static readonly string[] NotPages = ["/api", "/openapi", "/healthz", "/readyz", "/assets"];

    /// <summary>Files, before anybody asks who the caller is: there is nothing secret in them.</summary>
    public static void UsePortalFiles(this WebApplication app, FrontEndSettings settings)
    {
        if (Folder(settings) is not { } folder) return;
        app.UseStaticFiles(new StaticFileOptions
        {
            FileProvider = new PhysicalFileProvider(folder),
            ContentTypeProvider = ContentTypes(),
            OnPrepareResponse = file => file.Context.Response.Headers.CacheControl =
                // names of built files hold a hash of their content
                file.Context.Request.Path.StartsWithSegments("/assets", StringComparison.Ordinal) ? "public, max-age=31536000, immutable" : "no-cache",
        });
    }

    /// <summary>The page, for /, for /index.html and for every address that the portal itself makes sense of.</summary>
    public static void MapPortalPage(this WebApplication app, FrontEndSettings settings)
    {
        var folder = Folder(settings);
        app.MapMethods("/{*path}", [HttpMethods.Get, HttpMethods.Head], (HttpContext context) => Page(context, folder))
            .Anybody().ExcludeFromDescription().WithName("portal").WithOrder(int.MaxValue);
    }

    /// <summary>Where the built portal lies; null when it was not built.</summary>
    internal static string? Folder(FrontEndSettings settings)
    {
        if (settings.Portal is { Length: > 0 } set)
            return Directory.Exists(set) ? Path.GetFullPath(set) : throw new InvalidOperationException($"There is no folder {set} (setting portal).");
        string[] places = [Path.Combine(AppContext.BaseDirectory, "wwwroot"), .. Checkout().Select(top => Path.Combine(top, "frontend", "dist"))];
        return places.FirstOrDefault(place => File.Exists(Path.Combine(place, "index.html")));
    }

    private static IEnumerable<string> Checkout()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Broker.sln")))
                yield return folder.FullName;
    }

    private static async Task Page(HttpContext context, string? folder)
    {
        var path = context.Request.Path;
        if (folder is null || NotPages.Any(p => path.StartsWithSegments(p, StringComparison.OrdinalIgnoreCase)) || (path != "/index.html" && Path.HasExtension(path)))
            throw new RefusedException(StatusCodes.Status404NotFound, "not_found", folder is null && path == "/" ? "The portal was not built: run npm run build in frontend/." : "There is nothing at this address.");

        context.Response.Headers.ContentSecurityPolicy = SecurityHeaders.ForPage;
        context.Response.Headers.CacheControl = "no-store";
        context.Response.ContentType = "text/html; charset=utf-8";
        await context.Response.SendFileAsync(Path.Combine(folder, "index.html"), context.RequestAborted);
    }

    private static FileExtensionContentTypeProvider ContentTypes()
    {
        var types = new FileExtensionContentTypeProvider();
        types.Mappings.Remove(".html"); // the page has to go through Page
        return types;
    }
}
