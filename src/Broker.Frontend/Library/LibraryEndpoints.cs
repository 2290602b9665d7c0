using Broker.Core.Access;
using Broker.Core.Audit;
using Broker.Core.Database;
using Broker.Core.Library;
using Broker.Core.Nodes;
using Broker.Frontend.Hosting;
using Broker.Frontend.SignIn;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Broker.Frontend.Library;

/// <summary>What an import makes of an image.</summary>
public enum ImportWay
{
    /// <summary>It has the hosts' own format and is copied.</summary>
    Copy,

    /// <summary>It is converted to the hosts' own format.</summary>
    Convert,
}

/// <summary>An image that a node offers for import.</summary>
/// <param name="File">Its name within the library folder.</param>
/// <param name="Node">The host that has it.</param>
/// <param name="SizeBytes">Size on disk.</param>
/// <param name="Format">Its format; null when it can't be imported.</param>
/// <param name="CapacityBytes">How big a guest sees it; null when it can't be imported.</param>
/// <param name="Import">What an import makes of it; null when it can't be imported.</param>
/// <param name="IsUpload">It was uploaded, and can be deleted here.</param>
/// <param name="ChangedAt">When it was last written.</param>
/// <param name="Problem">Why it can't be imported.</param>
public sealed record LibraryImage(
    string File, string Node, long SizeBytes, string? Format, long? CapacityBytes, ImportWay? Import, bool IsUpload, DateTimeOffset ChangedAt, string? Problem);

/// <summary>All images of all nodes.</summary>
public sealed record LibraryView(IReadOnlyList<LibraryImage> Images);

/// <summary>An image that was just uploaded. The hosts list it a few seconds later; it can be imported at once.</summary>
/// <param name="File">Its name.</param>
/// <param name="SizeBytes">Size on disk.</param>
/// <param name="Format">Its format.</param>
/// <param name="CapacityBytes">How big a guest sees it.</param>
/// <param name="Import">What an import makes of it.</param>
public sealed record UploadedImage(string File, long SizeBytes, string Format, long CapacityBytes, ImportWay Import);

/// <summary>What can be imported.</summary>
public static class LibraryEndpoints
{
    /// <summary>Adds the routes.</summary>
    public static void MapLibrary(this IEndpointRouteBuilder app)
    {
        var library = app.MapGroup("/api/library").WithTags("library");
        library.MapGet("", List).Granted(Grant.CreateMachine, Grant.Operate).WithName("list_library").WithSummary("Images that can be imported").Refuses(401, 403);
        library.MapPut("/{file}", Upload).Granted(Grant.CreateMachine).WithName("upload_image").WithSummary("Upload an image into the library")
            .WithDescription("The body is the image as it is (Content-Type: application/octet-stream), with its Content-Length. It is looked into while it comes: what can't be imported is refused with the reason.")
            .Accepts<Stream>("application/octet-stream").Refuses(400, 401, 403, 409, 411, 413, 422, 507);
        library.MapDelete("/{file}", Delete).Granted(Grant.CreateMachine).WithName("delete_image").WithSummary("Delete an image that was uploaded").Refuses(400, 401, 403, 404, 409);
    }

    private static async Task<Ok<LibraryView>> List(Db db, CancellationToken cancel)
    {
        var (images, nodes) = await db.Read(async s => (await NodesTable.Library(s), await NodesTable.All(s)), cancel);
        var names = nodes.ToDictionary(n => n.Id, n => n.Name);
        return TypedResults.Ok(new LibraryView([.. images.Where(i => names.ContainsKey(i.NodeId))
            .Select(i => new LibraryImage(i.File, names[i.NodeId], i.SizeBytes, i.Format, i.CapacityBytes, WayOf(i.Format), i.IsUpload, i.ChangedAt, i.Problem))]));
    }

    private static async Task<Created<UploadedImage>> Upload(string file, SignedIn who, HttpContext http, Uploads uploads, Db db, CancellationToken cancel)
    {
        // The usual limit is for JSON; this body's own is judged by Receive. Raised before anything is refused: the server cuts off who sends more than
        // its limit, and he would not hear why.
        http.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = http.Request.ContentLength;
        CheckName(file);
        if (http.Request.ContentLength is not { } length)
            throw new RefusedException(StatusCodes.Status411LengthRequired, "length_required", "Say with Content-Length how large the image is, so that it is known whether there is room.");
        if (await IsOwnOfLibrary(db, file, cancel))
            throw new RefusedException(StatusCodes.Status409Conflict, "exists", $"There is an image '{file}' already. Choose another name.");
        var header = await uploads.Receive(file, length, http.Request.Body, cancel);
        await db.Transaction(s => AuditTable.Insert(s, who.Id, who.Caller.Address, "upload_image", file, new { size_bytes = length, header.Format }), CancellationToken.None);
        return TypedResults.Created($"/api/library/{Uri.EscapeDataString(file)}",
            new UploadedImage(file, length, header.Format!, header.CapacityBytes, WayOf(header.Format)!.Value));
    }

    private static async Task<NoContent> Delete(string file, SignedIn who, Uploads uploads, Db db, CancellationToken cancel)
    {
        CheckName(file);
        if (!uploads.Exists(file))
        {
            throw await IsOwnOfLibrary(db, file, cancel)
                ? new RefusedException(StatusCodes.Status409Conflict, "not_uploaded", $"'{file}' was put into the library folder on the host. Delete it there.")
                : new RefusedException(StatusCodes.Status404NotFound, "unknown_image", $"There is no image '{file}'.");
        }

        uploads.Delete(file);
        await db.Transaction(s => AuditTable.Insert(s, who.Id, who.Caller.Address, "delete_image", file), CancellationToken.None);
        return TypedResults.NoContent();
    }

    private static void CheckName(string file)
    {
        if (ImageNames.Problems(file).ToList() is { Count: > 0 } problems)
            throw new RefusedException(StatusCodes.Status400BadRequest, "bad_arguments", string.Join(' ', problems)) { Errors = problems };
    }

    private static async Task<bool> IsOwnOfLibrary(Db db, string file, CancellationToken cancel) =>
        (await db.Read(NodesTable.Library, cancel)).Any(i => i.File == file && !i.IsUpload);

    private static ImportWay? WayOf(string? format) => format switch
    {
        null => null,
        "qcow2" or "simulated" => ImportWay.Copy,
        _ => ImportWay.Convert,
    };
}
