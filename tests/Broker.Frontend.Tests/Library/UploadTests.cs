using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Broker.Core.Access;
using Broker.Core.Nodes;
using Broker.Core.Users;
using Broker.Testing;

namespace Broker.Frontend.Tests.Library;

public class UploadTests(FrontendHost host) : IClassFixture<FrontendHost>
{
    private const int SomeBytes = 3 << 20;      // more than other bodies may have

    [Fact]
    public async Task An_image_is_received_looked_into_and_readable_by_the_back_end()
    {
        using var admin = await host.SignedIn("admin");
        var image = RawDisk();
        Random.Shared.NextBytes(image.AsSpan(1024));
        var answer = await Put(admin, "Física 1 (old).img", image);
        Assert.Equal("/api/library/F%C3%ADsica%201%20%28old%29.img", answer.Headers.Location!.OriginalString);
        var found = await Task.FromResult(answer).Gives(HttpStatusCode.Created);
        Assert.Equal(("raw", SomeBytes, "convert"), (found.GetProperty("format").GetString(), found.GetProperty("capacity_bytes").GetInt64(), found.GetProperty("import").GetString()));
        var path = PathOf("Física 1 (old).img");
        Assert.Equal(image, await File.ReadAllBytesAsync(path));
        Assert.True(File.GetUnixFileMode(path).HasFlag(UnixFileMode.OtherRead));
        Assert.Equal(1, await host.Db.Read(s => s.First<int>("SELECT COUNT(*) FROM audit WHERE action = 'upload_image' AND subject = 'Física 1 (old).img' AND user_id = @Admin", new { host.Admin })));
    }

    [Fact]
    public async Task What_can_not_be_imported_is_refused_with_the_reason_and_not_kept()
    {
        using var admin = await host.SignedIn("admin");
        var overlay = new byte[SomeBytes];
        "QFI"u8.CopyTo(overlay);
        overlay[3] = 0xFB;
        BinaryPrimitives.WriteUInt32BigEndian(overlay.AsSpan(4), 3);
        BinaryPrimitives.WriteUInt64BigEndian(overlay.AsSpan(8), 512);
        var answer = await Put(admin, "hostile.qcow2", overlay);
        Assert.Contains("backing file", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await Task.FromResult(answer).Refuses(HttpStatusCode.UnprocessableEntity, "not_importable");
        await Put(admin, "hostile.qcow2", [0]).Refuses(HttpStatusCode.UnprocessableEntity, "not_importable");
        await Put(admin, "hostile.qcow2", []).Refuses(HttpStatusCode.UnprocessableEntity, "not_importable");
        Assert.Empty(Directory.GetFiles(host.Uploads, "*hostile*"));
    }

    [Fact]
    public async Task An_exported_machine_is_received_unless_its_description_speaks_against_it()
    {
        using var admin = await host.SignedIn("admin");
        var found = await Put(admin, "machine.ova", Ova.Machine(new byte[SomeBytes], 64 << 20)).Gives(HttpStatusCode.Created);
        Assert.Equal(("ova", 64 << 20, "convert"), (found.GetProperty("format").GetString(), found.GetProperty("capacity_bytes").GetInt64(), found.GetProperty("import").GetString()));

        var without = Ova.Pack(("machine.ovf", Encoding.UTF8.GetBytes(Ova.Description(64 << 20).Replace("<Disk ", "<Disc ", StringComparison.Ordinal))));
        var answer = await Put(admin, "without.ova", without);
        Assert.Contains("no hard disk", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await Task.FromResult(answer).Refuses(HttpStatusCode.UnprocessableEntity, "not_importable");
        Assert.False(File.Exists(PathOf("without.ova")));
    }

    [Theory]
    [InlineData(".hidden")]
    [InlineData("-option")]
    [InlineData("a%2Fb")]
    [InlineData("a%5Cb")]
    [InlineData("..%2F..%2Fetc%2Fpasswd")]
    [InlineData("a%00b")]
    [InlineData("a%0Ab")]
    [InlineData("a%20")]
    [InlineData("<script>")]
    public async Task A_name_that_could_lead_elsewhere_is_refused(string name)
    {
        using var admin = await host.SignedIn("admin");
        // a sector: of a larger body nobody waits for the rest
        var answer = await Send(admin, name, new ByteArrayContent(RawDisk(), 0, 512));
        Assert.Contains(answer.StatusCode, (HttpStatusCode[])[HttpStatusCode.BadRequest, HttpStatusCode.NotFound]);
        answer = await admin.Delete("/api/library/" + name);
        Assert.Contains(answer.StatusCode, (HttpStatusCode[])[HttpStatusCode.BadRequest, HttpStatusCode.NotFound]);
    }

    [Fact]
    public async Task A_name_that_is_too_long_for_a_file_is_refused()
    {
        using var admin = await host.SignedIn("admin");
        await Put(admin, new string('a', 150), RawDisk()).Gives(HttpStatusCode.Created);
        await Put(admin, new string('b', 151), RawDisk()).Refuses(HttpStatusCode.BadRequest, "bad_arguments");
    }

    [Fact]
    public async Task A_name_is_taken_until_its_image_is_deleted()
    {
        using var admin = await host.SignedIn("admin");
        await Put(admin, "taken.img", RawDisk()).Gives(HttpStatusCode.Created);
        await Put(admin, "taken.img", RawDisk()).Refuses(HttpStatusCode.Conflict, "exists");
        await admin.Delete("/api/library/taken.img").Gives(HttpStatusCode.NoContent);
        Assert.False(File.Exists(PathOf("taken.img")));
        await admin.Delete("/api/library/taken.img").Refuses(HttpStatusCode.NotFound, "unknown_image");
        await Put(admin, "taken.img", RawDisk()).Gives(HttpStatusCode.Created);
    }

    [Fact]
    public async Task Who_may_make_machines_sees_of_what()
    {
        var id = await host.NewUser("makes-machines");
        await host.Db.Transaction(s => UsersTable.SetGrant(s, id, Grant.CreateMachine, Reach.Own));
        using var maker = await host.SignedIn("makes-machines");
        await maker.Get("/api/library").Gives(HttpStatusCode.OK);
    }

    [Fact]
    public async Task What_lies_in_the_library_itself_is_neither_replaced_nor_deleted()
    {
        await host.Db.Transaction(s => NodesTable.SetLibrary(s, host.Node, [
            new() { NodeId = host.Node, File = "own.qcow2", SizeBytes = 1, ChangedAt = DateTimeOffset.UnixEpoch, Format = "qcow2", CapacityBytes = 7 },
            new() { NodeId = host.Node, File = "bad.qcow2", SizeBytes = 1, ChangedAt = DateTimeOffset.UnixEpoch, Problem = "It is encrypted.", IsUpload = true },
        ]));
        using var admin = await host.SignedIn("admin");
        await Put(admin, "own.qcow2", RawDisk()).Refuses(HttpStatusCode.Conflict, "exists");
        await admin.Delete("/api/library/own.qcow2").Refuses(HttpStatusCode.Conflict, "not_uploaded");

        var images = (await admin.Get("/api/library").Gives(HttpStatusCode.OK)).GetProperty("images");
        var (bad, own) = (images[0], images[1]);
        Assert.Equal(("copy", 7, false), (own.GetProperty("import").GetString(), own.GetProperty("capacity_bytes").GetInt64(), own.GetProperty("is_upload").GetBoolean()));
        Assert.Equal((null, "It is encrypted.", true), (bad.GetProperty("import").GetString(), bad.GetProperty("problem").GetString(), bad.GetProperty("is_upload").GetBoolean()));
    }

    [Fact]
    public async Task A_second_upload_of_a_name_is_refused_while_the_first_goes_on()
    {
        using var admin = await host.SignedIn("admin");
        using var slow = new SlowContent(RawDisk());
        var first = Send(admin, "slow.img", slow);
        await Until(() => Directory.GetFiles(host.Uploads, ".slow.img.*").Length > 0);
        await Put(admin, "slow.img", RawDisk()).Refuses(HttpStatusCode.Conflict, "being_uploaded");
        await Put(admin, "slow.img.2", RawDisk()).Gives(HttpStatusCode.Created);
        Assert.False(File.Exists(PathOf("slow.img")));
        slow.Continue();
        await first.Gives(HttpStatusCode.Created);
        Assert.Equal(SomeBytes, new FileInfo(PathOf("slow.img")).Length);
    }

    [Fact]
    public async Task An_upload_that_is_broken_off_leaves_nothing()
    {
        using var admin = await host.SignedIn("admin");
        using var slow = new SlowContent(RawDisk());
        using var cancel = new CancellationTokenSource();
        var upload = Send(admin, "broken.img", slow, cancel.Token);
        await Until(() => Directory.GetFiles(host.Uploads, ".broken.img*").Length > 0);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => upload);
        await Until(() => Directory.GetFiles(host.Uploads, "*broken.img*").Length == 0);
    }

    [Fact]
    public async Task What_a_front_end_left_that_died_is_taken_away_by_the_next_upload()
    {
        var left = PathOf($".left.img.{Guid.NewGuid():n}.part");
        await File.WriteAllTextAsync(left, "half");
        File.SetLastWriteTimeUtc(left, TimeProvider.System.GetUtcNow().UtcDateTime.AddMinutes(-2));
        using var admin = await host.SignedIn("admin");
        await Put(admin, "left.img", RawDisk()).Gives(HttpStatusCode.Created);
        Assert.False(File.Exists(left));
    }

    // Another front end has made it and is about to lock it.
    [Fact]
    public async Task What_was_written_within_the_last_minute_is_not_taken_away()
    {
        var begun = PathOf($".begun.img.{Guid.NewGuid():n}.part");
        await File.WriteAllTextAsync(begun, "");
        using var admin = await host.SignedIn("admin");
        await Put(admin, "begun.img", RawDisk()).Refuses(HttpStatusCode.Conflict, "being_uploaded");
        await Put(admin, "besides.img", RawDisk()).Gives(HttpStatusCode.Created);
        Assert.True(File.Exists(begun));
        File.Delete(begun);
    }

    [Fact]
    public async Task An_upload_ends_when_others_take_the_room_and_nothing_of_it_is_left()
    {
        var small = Path.Combine(host.Folder, "small");
        Directory.CreateDirectory(small);
        await Programs.Run("mount", "-t", "tmpfs", "-o", "size=260M", "small", small);
        try
        {
            var (factory, address) = host.Start(("uploads", small));
            await using var another = factory;
            using var admin = await host.SignedIn("admin", address);
            using var slow = new SlowContent(RawDisk());
            var upload = Send(admin, "crowded.img", slow);
            await Until(() => Directory.GetFiles(small, ".crowded.img.*").Length > 0);
            await File.WriteAllBytesAsync(Path.Combine(small, "other"), new byte[2 << 20]);
            slow.Continue();
            await upload.Refuses(HttpStatusCode.InsufficientStorage, "no_room");
            Assert.Equal([Path.Combine(small, "other")], Directory.GetFiles(small));
        }
        finally
        {
            await Programs.Run("umount", small);
        }
    }

    [Fact]
    public async Task How_large_it_is_has_to_be_said_and_to_be_believable()
    {
        using var admin = await host.SignedIn("admin");
        using var unknown = new StreamContent(new UnseekableStream(RawDisk()));
        await Send(admin, "unknown.img", unknown).Refuses(HttpStatusCode.LengthRequired, "length_required");
        await Claim(admin, 65L << 30).Refuses(HttpStatusCode.RequestEntityTooLarge, "too_large");
        var free = new DriveInfo(host.Uploads).AvailableFreeSpace;
        if (free < 64L << 30) await Claim(admin, free).Refuses(HttpStatusCode.InsufficientStorage, "no_room");
        Assert.False(File.Exists(PathOf("claimed.img")));
    }

    [Fact]
    public async Task Only_who_may_make_machines_uploads_and_only_with_the_token()
    {
        using var student = await host.SignedIn("student");
        await Put(student, "student.img", RawDisk()).Refuses(HttpStatusCode.Forbidden, "not_allowed");
        await student.Delete("/api/library/student.img").Refuses(HttpStatusCode.Forbidden, "not_allowed");
        using var admin = await host.SignedIn("admin");
        admin.Csrf = "";
        await Put(admin, "forged.img", RawDisk()).Refuses(HttpStatusCode.BadRequest, "bad_csrf_token");
        Assert.Empty(Directory.GetFiles(host.Uploads, "*forged*"));
    }

    [Fact]
    public async Task Without_a_folder_for_it_nothing_is_uploaded()
    {
        var (factory, address) = host.Start(("uploads", "/nowhere"));
        await using var another = factory;
        using var admin = await host.SignedIn("admin", address);
        await Put(admin, "nowhere.img", RawDisk()).Refuses(HttpStatusCode.Conflict, "no_uploads");
    }

    private static async Task Until(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!condition()) await Task.Delay(20, limit.Token);
    }

    private string PathOf(string file) => Path.Combine(host.Uploads, file);

    private static byte[] RawDisk()
    {
        var disk = new byte[SomeBytes];
        (disk[510], disk[511]) = (0x55, 0xAA);
        return disk;
    }

    private static Task<HttpResponseMessage> Put(Browser browser, string file, byte[] image) => Send(browser, Uri.EscapeDataString(file), new ByteArrayContent(image));

    private static async Task<HttpResponseMessage> Send(Browser browser, string escaped, HttpContent content, CancellationToken cancel = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, "/api/library/" + escaped) { Content = content };
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        if (browser.Csrf.Length > 0) request.Headers.Add("X-CSRF-Token", browser.Csrf);
        return await browser.Http.SendAsync(request, cancel);
    }

    // Waits for leave to send the body, which never comes.
    private static async Task<HttpResponseMessage> Claim(Browser browser, long length)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, "/api/library/claimed.img") { Content = new ByteArrayContent([]) };
        request.Content.Headers.ContentLength = length;
        request.Headers.ExpectContinue = true;
        request.Headers.Add("X-CSRF-Token", browser.Csrf);
        return await browser.Http.SendAsync(request);
    }

    /// <summary>Sends half, then waits to be told to go on.</summary>
    private sealed class SlowContent(byte[] bytes) : HttpContent
    {
        private readonly TaskCompletionSource _on = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Continue() => _on.SetResult();

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            await stream.WriteAsync(bytes.AsMemory(0, bytes.Length / 2), cancellationToken);
            await stream.FlushAsync(cancellationToken);
            await _on.Task.WaitAsync(cancellationToken);
            await stream.WriteAsync(bytes.AsMemory(bytes.Length / 2), cancellationToken);
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, default);

        protected override bool TryComputeLength(out long length)
        {
            length = bytes.Length;
            return true;
        }
    }

    private sealed class UnseekableStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
