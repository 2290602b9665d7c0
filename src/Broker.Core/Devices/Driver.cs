using System.Globalization;
using System.Text.RegularExpressions;

namespace Broker.Core.Devices;

/// <summary>What a VM manager offers of a kind of hardware.</summary>
/// <param name="Label">What people call it.</param>
/// <param name="Options">What can be chosen of each device.</param>
/// <param name="Least">How few a machine can have; null when they are neither added nor removed as hardware.</param>
/// <param name="Most">How many it can have.</param>
/// <param name="Usual">How many it has when nobody chose.</param>
/// <param name="IsForAdministrators">Only administrators change it, whoever may change hardware.</param>
public sealed record Driver(string Label, IReadOnlyList<DriverOption> Options, int? Least = null, int? Most = null, int Usual = 0, bool IsForAdministrators = false)
{
    /// <summary>What people call it within a sentence.</summary>
    public string Name => char.IsLower(Label[1]) ? char.ToLowerInvariant(Label[0]) + Label[1..] : Label;

    /// <summary>The device with all that is usual where nothing was chosen, and nothing that the manager does not know.</summary>
    public DeviceOptions Complete(DeviceOptions chosen) => DeviceOptions.Of(
        from option in Options
        let word = chosen[option.Name] ?? option.Usual
        where word is not null
        select KeyValuePair.Create(option.Name, word));
}

/// <summary>Something that can be chosen of a device: one of some words, a number, or a text.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Label">What it is, for people.</param>
/// <param name="Usual">What it is when nobody chose; null when it then is not said.</param>
/// <param name="Choices">The words; null when it is a number or a text.</param>
/// <param name="Minimum">The least number; null when it is no number.</param>
/// <param name="Maximum">The greatest number.</param>
/// <param name="Pattern">A regular expression that a text has to match; null when it is no text.</param>
/// <param name="Hint">What the pattern means, in words.</param>
/// <param name="IsRequired">It has to be chosen.</param>
/// <param name="IsFixed">It is told, not chosen.</param>
/// <param name="KnownAs">The fact of a host that names, with commas between them, those of the words that it can; a word that is the usual one needs no leave.</param>
public sealed record DriverOption(
    string Name,
    string Label,
    string? Usual = null,
    IReadOnlyList<Choice>? Choices = null,
    long? Minimum = null,
    long? Maximum = null,
    string? Pattern = null,
    string? Hint = null,
    bool IsRequired = false,
    bool IsFixed = false,
    string? KnownAs = null)
{
    /// <summary>What is wrong with a word, in a sentence; null when nothing is.</summary>
    public string? Problem(string word)
    {
        if (IsFixed) return $"{Name} is given by Broker: leave it out.";
        if (Choices is not null) return Choices.Any(c => c.Word == word) ? null : $"{Name} is one of {string.Join(", ", Choices.Select(c => c.Word))} here; '{Short(word)}' is not.";
        if (Minimum is not null)
        {
            return long.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= Minimum && number <= Maximum
                ? null
                : $"{Name} is between {Minimum} and {Maximum}; '{Short(word)}' is not.";
        }

        return Regex.IsMatch(word, Pattern!, RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)) ? null : $"{Name} is {Hint}; '{Short(word)}' is not.";
    }

    private static string Short(string word) => word.Length <= 40 ? word : word[..40] + "…";
}

/// <summary>A word that can be chosen.</summary>
/// <param name="Word">The word; hypervisors know it by this.</param>
/// <param name="Label">What it means, for people.</param>
public sealed record Choice(string Word, string Label);
