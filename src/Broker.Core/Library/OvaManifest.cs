using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Broker.Core.Library;

/// <summary>The sum that a file's bytes have to come to.</summary>
/// <param name="Kind">How it is counted.</param>
/// <param name="Hex">The sum, in hexadecimal digits.</param>
public sealed record Checksum(HashAlgorithmName Kind, string Hex)
{
    /// <summary>Whether it is that.</summary>
    public bool Is(byte[] sum) => Convert.ToHexString(sum).Equals(Hex, StringComparison.OrdinalIgnoreCase);
}

/// <summary>The manifest (.mf) of an exported machine: the sums of its files.</summary>
public static partial class OvaManifest
{
    /// <summary>The largest that is read.</summary>
    public const int MostBytes = 64 * 1024;

    /// <summary>Reads a manifest: sums by the names of files.</summary>
    /// <exception cref="InvalidDataException">It can't be read; the message is a sentence that says why.</exception>
    public static IReadOnlyDictionary<string, Checksum> Read(ReadOnlySpan<byte> bytes)
    {
        var sums = new Dictionary<string, Checksum>(StringComparer.Ordinal);
        foreach (var line in Encoding.UTF8.GetString(bytes).Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var match = Line().Match(line);
            var (kind, sum) = (match.Groups["kind"].Value, match.Groups["sum"].Value);
            if (!match.Success || sum.Length != DigitsOf(kind) || !sums.TryAdd(match.Groups["name"].Value, new(new(kind), sum)))
                throw new InvalidDataException("Its manifest (.mf) has a line that is not a file's SHA-1, SHA-256 or SHA-512 sum.");
        }

        return sums;
    }

    private static int DigitsOf(string kind) => kind switch { "SHA1" => 40, "SHA256" => 64, _ => 128 };

    [GeneratedRegex(@"^(?<kind>SHA(1|256|512)) ?\((?<name>.+)\) ?= ?(?<sum>[0-9a-fA-F]+)$",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Line();
}
