using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Xml;

namespace VirtualBox;

/// <summary>
/// One call of VirtualBox's web service after the other: an envelope there, an envelope back (SOAP 1.1 over HTTP). Follows no redirection and uses no
/// proxy, for the first call holds a password; takes no document type, and of an answer not more than <see cref="LargestAnswer"/>.
/// </summary>
internal sealed class WebCalls(Uri address) : IDisposable
{
    /// <summary>In bytes: the references of 70,000 machines.</summary>
    public const int LargestAnswer = 4 << 20;

    private const string Envelope = "http://schemas.xmlsoap.org/soap/envelope/";
    private const string VirtualBox = "http://www.virtualbox.org/";

    // Names may hold characters that XML can't, and vboxwebsrv writes them as they are: &#x1;.
    private static readonly XmlReaderSettings reading = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        MaxCharactersInDocument = LargestAnswer,
        CheckCharacters = false,
    };

    private static readonly XmlWriterSettings writing = new()
    {
        Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
        NewLineHandling = NewLineHandling.Entitize,
    };

    // vboxwebsrv closes a connection after 100 requests, of which it says so, and after 60 s, of which it does not.
    private readonly HttpClient http = new(new SocketsHttpHandler
    {
        UseProxy = false,
        AllowAutoRedirect = false,
        UseCookies = false,
        MaxConnectionsPerServer = 1,
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
        MaxResponseContentBufferSize = LargestAnswer,
    };

    /// <summary>Calls a method.</summary>
    /// <param name="method">Its name in the WSDL: <c>IVirtualBox_getMachines</c>.</param>
    /// <param name="arguments">Its arguments, in the order of the WSDL.</param>
    /// <param name="end">Gives up.</param>
    /// <returns>All that it returned: nothing, one value or a list.</returns>
    /// <exception cref="WebServerException">Nobody answers, or somebody else, or VirtualBox refuses.</exception>
    public async Task<IReadOnlyList<string>> Call(string method, IEnumerable<(string Name, string Value)> arguments, CancellationToken end)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ByteArrayContent(Write(method, arguments)) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("text/xml", "utf-8");
        request.Headers.Add("SOAPAction", "\"\"");
        try
        {
            using var response = await http.SendAsync(request, end);
            if (response.StatusCode is not (HttpStatusCode.OK or HttpStatusCode.InternalServerError))
                throw Stranger($"it answers with HTTP status {(int)response.StatusCode}");
            return Read(method, await response.Content.ReadAsByteArrayAsync(end));
        }
        catch (HttpRequestException e)
        {
            throw Failure(e);
        }
    }

    public void Dispose() => http.Dispose();

    private static byte[] Write(string method, IEnumerable<(string Name, string Value)> arguments)
    {
        using var bytes = new MemoryStream();
        using (var writer = XmlWriter.Create(bytes, writing))
        {
            writer.WriteStartElement("s", "Envelope", Envelope);
            writer.WriteStartElement("Body", Envelope);
            writer.WriteStartElement("v", method, VirtualBox);
            foreach (var (name, value) in arguments) writer.WriteElementString(name, value);
        }
        return bytes.ToArray();
    }

    private List<string> Read(string method, byte[] answer)
    {
        string? kind = null;
        var leaves = new List<(string Name, string Text)>();
        try
        {
            using var reader = XmlReader.Create(new MemoryStream(answer), reading);
            reader.MoveToContent();
            if (!reader.IsStartElement("Envelope", Envelope) || !reader.ReadToDescendant("Body", Envelope)) throw Stranger("its answer is no SOAP");
            var text = new StringBuilder();
            string? leaf = null;
            while (reader.Read())
            {
                if (reader.NodeType == XmlNodeType.Element)
                {
                    kind ??= reader.LocalName;
                    leaf = reader.LocalName;
                    text.Clear();
                }
                else if (reader.NodeType is XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace)
                {
                    text.Append(reader.Value);
                }
                if (leaf is not null && (reader.NodeType == XmlNodeType.EndElement || reader is { NodeType: XmlNodeType.Element, IsEmptyElement: true }))
                {
                    leaves.Add((leaf, text.ToString()));
                    leaf = null;
                }
            }
        }
        catch (XmlException e)
        {
            throw Stranger($"its answer is no SOAP ({e.Message})", e);
        }
        if (kind == "Fault") throw Fault(method, leaves);
        if (kind != $"{method}Response") throw Stranger($"it answers {method} with '{kind}'");
        return [.. leaves.Where(l => l.Name == "returnval").Select(l => l.Text)];
    }

    private WebServerException Failure(HttpRequestException e) => e.HttpRequestError switch
    {
        HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError =>
            new($"Nobody answers at {address}: {e.Message}. Is vboxwebsrv started, and listens there (--host, --port)?", e) { IsForgotten = true },
        HttpRequestError.SecureConnectionError =>
            new($"There is no safe connection to {address}: {Innermost(e)}. Its certificate has to be for this host, and trusted here.", e),
        HttpRequestError.ConfigurationLimitExceeded => Stranger($"its answer is larger than {LargestAnswer >> 20} MB", e),
        HttpRequestError.InvalidResponse => Stranger($"it doesn't speak HTTP ({e.Message})", e),
        _ => new($"vboxwebsrv at {address} broke off: {Innermost(e)}. Its log says why, if it ended.", e) { IsForgotten = true },
    };

    private WebServerException Fault(string method, List<(string Name, string Text)> leaves)
    {
        var said = leaves.FirstOrDefault(l => l.Name == "faultstring").Text;
        var code = leaves.FirstOrDefault(l => l.Name == "resultCode").Text;
        return new(said is null ? $"vboxwebsrv at {address} refuses {method} and doesn't say why." : $"vboxwebsrv at {address} refuses {method}: {said}")
        {
            Code = int.TryParse(code, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? (ErrorCode)number : ErrorCode.None,
            IsForgotten = leaves.Exists(l => l.Name == "badObjectID"),
            IsMute = said is null,
        };
    }

    private WebServerException Stranger(string what, Exception? inner = null) =>
        new($"What answers at {address} is not VirtualBox's web server: {what}. Is it vboxwebsrv that listens there (--host, --port)?", inner);

    private static string Innermost(Exception e) => e.InnerException is { } inner ? Innermost(inner) : e.Message.TrimEnd('.');
}
