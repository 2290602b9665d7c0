using System.Text.Json;
using System.Text.Json.Nodes;
using Broker.Testing;

namespace Broker.Frontend.Tests.Hosting;

public class ApiDescriptionTests(FrontendHost host) : IClassFixture<FrontendHost>
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, IndentSize = 2, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Fact]
    public async Task The_description_is_the_one_the_portal_was_made_from()
    {
        using var browser = host.NewBrowser();
        var document = JsonNode.Parse(await browser.Http.GetStringAsync("/openapi/v1.json"))!.ToJsonString(Readable);
        Golden.Check("tests/Broker.Frontend.Tests/openapi.golden.json", document);
        Golden.Check("frontend/openapi.json", document);
    }
}
