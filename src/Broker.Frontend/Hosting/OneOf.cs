using System.Diagnostics.CodeAnalysis;
using Broker.Core;

namespace Broker.Frontend.Hosting;

/// <summary>A word in an address that stands for a member of an enum. The framework's own reading of enums knows only their C# names.</summary>
/// <param name="Member">The member.</param>
public readonly record struct OneOf<T>(T Member) where T : struct, Enum
{
    /// <summary>Called by the framework for a route's parameter.</summary>
    [SuppressMessage("Design", "CA1000", Justification = "The framework looks for exactly this.")]
    public static bool TryParse(string? text, out OneOf<T> value)
    {
        var isWord = Word.TryParse<T>(text ?? "", out var member);
        value = new OneOf<T>(member);
        return isWord;
    }
}
