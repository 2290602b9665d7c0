using System.Net;
using System.Text.Json;
using Broker.Core.Settings;
using Broker.Core.Users;

namespace Broker.Frontend.Tests.SignIn;

public sealed class SecondFactorTests(FrontendHost host) : IClassFixture<FrontendHost>
{
    [Fact]
    public async Task Who_has_one_needs_its_code_and_each_code_counts_once()
    {
        await host.NewUser("two-factors");
        using var browser = await host.SignedInByPassword("two-factors");
        using var elsewhere = await host.SignedInByPassword("two-factors");
        var (secret, step, codes) = await Enrol(browser);
        Assert.Equal(SecondFactorsTable.Codes, codes.Count);
        await elsewhere.Get("/api/desktops").Refuses(HttpStatusCode.Unauthorized, "not_signed_in");
        await browser.Get("/api/desktops").Gives(HttpStatusCode.OK);

        using var again = host.NewBrowser();
        var state = await Password(again, "two-factors");
        Assert.False((await again.Session()).GetProperty("signed_in").GetBoolean());
        await again.Get("/api/desktops").Refuses(HttpStatusCode.Unauthorized, "not_signed_in");
        // the step of the enrolment was taken
        await Code(again, state, Totp.Code(secret, step)).Refuses(HttpStatusCode.Unauthorized, "wrong_credentials");
        var next = Totp.Code(secret, step + 1);
        Assert.True((await Code(again, state, next).Gives(HttpStatusCode.OK)).GetProperty("signed_in").GetBoolean());

        using var replaying = host.NewBrowser();
        await Code(replaying, await Password(replaying, "two-factors"), next).Refuses(HttpStatusCode.Unauthorized, "wrong_credentials");
        var state2 = await Password(replaying, "two-factors");
        await Code(replaying, state2, codes[0].Replace("-", " ").ToUpperInvariant()).Gives(HttpStatusCode.OK);
        using var third = host.NewBrowser();
        await Code(third, await Password(third, "two-factors"), codes[0]).Refuses(HttpStatusCode.Unauthorized, "wrong_credentials");
        await replaying.Session();
        Assert.Equal(SecondFactorsTable.Codes - 1, (await replaying.Get("/api/session/second-factor").Gives(HttpStatusCode.OK)).GetProperty("recovery_codes").GetInt32());
    }

    [Fact]
    public async Task Neither_secret_nor_recovery_codes_can_be_read_from_the_database()
    {
        var id = await host.NewUser("secretive");
        using var browser = await host.SignedInByPassword("secretive");
        var (secret, _, codes) = await Enrol(browser);
        var row = await host.Db.Read(s => s.First<string>("SELECT secret FROM second_factors WHERE user_id = @id", new { id }));
        Assert.DoesNotContain(Convert.ToHexString(secret), row, StringComparison.OrdinalIgnoreCase);
        var hashes = await host.Db.Read(s => s.Query<string>("SELECT code_hash FROM recovery_codes WHERE user_id = @id", new { id }));
        Assert.Equal(SecondFactorsTable.Codes, hashes.Count);
        Assert.DoesNotContain(hashes, h => codes.Any(c => h.Contains(c.Replace("-", ""), StringComparison.OrdinalIgnoreCase)));
    }

    [Fact]
    public async Task It_goes_with_password_and_code_or_by_who_manages_users()
    {
        var id = await host.NewUser("remover");
        using var browser = await host.SignedInByPassword("remover");
        var (_, _, codes) = await Enrol(browser);
        await browser.Session();
        await browser.Post("/api/session/second-factor/enrolment").Refuses(HttpStatusCode.Conflict, "second_factor_there");
        await browser.Post("/api/session/second-factor/removal", new { password = FrontendHost.Password, code = "000000" }).Refuses(HttpStatusCode.Forbidden, "wrong_credentials");
        await browser.Post("/api/session/second-factor/removal", new { password = "not it at all", code = codes[1] }).Refuses(HttpStatusCode.Forbidden, "wrong_credentials");
        await browser.Post("/api/session/second-factor/removal", new { password = FrontendHost.Password, code = codes[1] }).Gives(HttpStatusCode.NoContent);
        using var again = await host.SignedInByPassword("remover");

        await Enrol(again);
        using var admin = await host.SignedInByPassword("admin");
        using var student = await host.SignedInByPassword("student");
        await student.Delete($"/api/users/{id}/second-factor").Refuses(HttpStatusCode.Forbidden, "not_allowed");
        await admin.Delete($"/api/users/{id}/second-factor").Gives(HttpStatusCode.NoContent);
        await admin.Delete($"/api/users/{id}/second-factor").Refuses(HttpStatusCode.NotFound, "unknown_second_factor");
        await again.Get("/api/desktops").Refuses(HttpStatusCode.Unauthorized, "not_signed_in");
        using var once = await host.SignedInByPassword("remover");
        Assert.Contains("user_second_factor_removed", await host.Db.Read(s => s.Query<string>("SELECT action FROM audit WHERE subject = 'remover'")));
    }

    [Fact]
    public async Task What_goes_back_and_forth_counts_for_its_own_purpose_and_person_alone()
    {
        await host.NewUser("purpose-a");
        await host.NewUser("purpose-b");
        using var a = await host.SignedInByPassword("purpose-a");
        var enrolment = await a.Post("/api/session/second-factor/enrolment").Gives(HttpStatusCode.OK);
        var secret = Bytes(enrolment.GetProperty("secret").GetString()!);
        var code = Totp.Code(secret, Totp.StepAt(TimeProvider.System.GetUtcNow()));
        // of somebody else
        using var b = await host.SignedInByPassword("purpose-b");
        await b.Put("/api/session/second-factor", new { state = Text(enrolment, "state"), code }).Refuses(HttpStatusCode.Forbidden, "wrong_code");
        // as the state of a sign-in, as a session, as a ticket, as a token
        using var nobody = host.NewBrowser();
        await nobody.Session();
        await Code(nobody, Text(enrolment, "state"), code).Refuses(HttpStatusCode.Unauthorized, "wrong_credentials");

        var (_, _, codes) = await Enrol(a);
        var state = await Password(nobody, "purpose-a");
        await a.Put("/api/session/second-factor", new { state, code }).Refuses(HttpStatusCode.Forbidden, "wrong_code");
        nobody.Cookies.Add(new Cookie("broker", state, "/", host.Address.Host));
        await nobody.Get("/api/desktops").Refuses(HttpStatusCode.Unauthorized, "not_signed_in");
        await Code(nobody, state[..^4] + "AAAA", codes[0]).Refuses(HttpStatusCode.Unauthorized, "wrong_credentials");

        // a new password ends what the old one began
        var id = await host.Db.Read(async s => (await UsersTable.Find(s, "purpose-a"))!.Id);
        await host.Db.Transaction(async s => await UsersTable.SetPassword(s, id, (await UsersTable.Get(s, id))!.PasswordHash!, mustChangePassword: false));
        await Code(nobody, state, codes[0]).Refuses(HttpStatusCode.Unauthorized, "wrong_credentials");
    }

    [Fact]
    public async Task Codes_cannot_be_guessed_without_end()
    {
        await host.NewUser("code-guessed");
        using var browser = await host.SignedInByPassword("code-guessed");
        var (secret, step, _) = await Enrol(browser);
        using var guesser = host.NewBrowser();
        var state = await Password(guesser, "code-guessed");
        var wrong = Enumerable.Range(0, 1000).Select(i => i.ToString("000000", null)).Where(c => Totp.StepOf(secret, c, TimeProvider.System.GetUtcNow()) is null).Take(12);
        var answers = new List<HttpStatusCode>();
        foreach (var code in wrong) answers.Add((await Code(guesser, state, code)).StatusCode);
        Assert.Contains(HttpStatusCode.TooManyRequests, answers);
        Assert.DoesNotContain(HttpStatusCode.OK, answers);
        Assert.True(step > 0);
    }

    [Fact]
    public async Task Administrators_may_be_made_to_have_one_before_anything_else()
    {
        await host.NewUser("boss", isAdmin: true);
        using var before = await host.SignedInByPassword("boss");
        await before.Get("/api/users").Gives(HttpStatusCode.OK);
        await host.Db.Transaction(async s => await SiteSettingsTable.Write(s, await SiteSettingsTable.Read(s) with { AdminsNeedSecondFactor = true }));
        try
        {
            using var boss = host.NewBrowser();
            var user = (await boss.SignIn("boss", FrontendHost.Password)).GetProperty("user");
            Assert.True(user.GetProperty("must_enrol_second_factor").GetBoolean());
            await boss.Get("/api/users").Refuses(HttpStatusCode.Forbidden, "second_factor_enrolment_required");
            await boss.Get("/api/desktops").Refuses(HttpStatusCode.Forbidden, "second_factor_enrolment_required");
            using var student = await host.SignedInByPassword("student");
            await student.Get("/api/desktops").Gives(HttpStatusCode.OK);

            await Enrol(boss);
            await boss.Get("/api/users").Gives(HttpStatusCode.OK);
        }
        finally
        {
            await host.Db.Transaction(async s => await SiteSettingsTable.Write(s, await SiteSettingsTable.Read(s) with { AdminsNeedSecondFactor = false }));
        }
    }

    [Fact]
    public async Task The_picture_is_a_png()
    {
        await host.NewUser("photographer");
        using var browser = await host.SignedInByPassword("photographer");
        var enrolment = await browser.Post("/api/session/second-factor/enrolment").Gives(HttpStatusCode.OK);
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], enrolment.GetProperty("qr_png").GetBytesFromBase64()[..4]);
        Assert.StartsWith("otpauth://totp/Broker:photographer?secret=" + Text(enrolment, "secret"), Text(enrolment, "uri"), StringComparison.Ordinal);
    }

    private static async Task<(byte[] Secret, long Step, List<string> Codes)> Enrol(Browser browser)
    {
        await browser.Session();
        var enrolment = await browser.Post("/api/session/second-factor/enrolment").Gives(HttpStatusCode.OK);
        var secret = Bytes(Text(enrolment, "secret"));
        var step = Totp.StepAt(TimeProvider.System.GetUtcNow());
        await browser.Put("/api/session/second-factor", new { state = Text(enrolment, "state"), code = "12345" }).Refuses(HttpStatusCode.Forbidden, "wrong_code");
        var told = await browser.Put("/api/session/second-factor", new { state = Text(enrolment, "state"), code = Totp.Code(secret, step) }).Gives(HttpStatusCode.OK);
        return (secret, step, [.. told.GetProperty("codes").EnumerateArray().Select(c => c.GetString()!)]);
    }

    private static async Task<string> Password(Browser browser, string name)
    {
        await browser.Session();
        var answer = await browser.Post("/api/session", new { name, password = FrontendHost.Password });
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        var problem = await answer.Json();
        Assert.Equal("second_factor_required", Text(problem, "code"));
        return Text(problem, "state");
    }

    private static Task<HttpResponseMessage> Code(Browser browser, string state, string code) => browser.Post("/api/session/second-factor", new { state, code });

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString()!;

    private static byte[] Bytes(string base32)
    {
        var bits = string.Concat(base32.Select(c => Convert.ToString("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".IndexOf(c, StringComparison.Ordinal), 2).PadLeft(5, '0')));
        return [.. bits.Chunk(8).Where(b => b.Length == 8).Select(b => Convert.ToByte(new string(b), 2))];
    }
}
