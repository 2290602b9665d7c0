using System.Text.RegularExpressions;

namespace VirtualBox;

/// <summary>How a run of VBoxManage ended.</summary>
/// <param name="Command">What was run.</param>
/// <param name="ExitCode">Not to be trusted alone: see <see cref="Failed"/>.</param>
/// <param name="Output">Its standard output, without the warning of the wrapper script.</param>
/// <param name="Errors">Its standard error: errors, but also warnings and progress.</param>
public sealed partial record VBoxManageResult(CommandLine Command, int ExitCode, string Output, string Errors)
{
    /// <summary>
    /// Whether it failed: by its exit code, or by an error on standard error, for some commands print one and end with 0
    /// (<c>discardstate</c>, <c>guestproperty wait</c>).
    /// </summary>
    public bool Failed => ExitCode != 0 || ErrorLines.Any();

    /// <summary>The lines that VBoxManage marks as errors, without the mark.</summary>
    internal IEnumerable<string> ErrorLines =>
        from line in Lines(Errors) where line.StartsWith(ErrorMark, StringComparison.Ordinal) select line[ErrorMark.Length..].Trim();

    /// <summary>The first line that tells what went wrong.</summary>
    internal string Complaint =>
        ErrorLines.FirstOrDefault(l => l.Length > 0)
        ?? Lines(Errors).Where(l => l.StartsWith(FatalMark, StringComparison.Ordinal)).Select(l => l[FatalMark.Length..].Trim()).FirstOrDefault()
        ?? Lines(Errors).Concat(Lines(Output)).Select(l => l.Trim()).FirstOrDefault(l => l.Length > 0 && l != ErrorMark && !l.StartsWith("0%", StringComparison.Ordinal))
        ?? $"VBoxManage ended with exit code {ExitCode} and said nothing.";

    /// <summary>The first code it gave.</summary>
    internal ErrorCode Code =>
        ErrorLines.Select(l => Details().Match(l)).FirstOrDefault(m => m.Success) is { } details ? (ErrorCode)Convert.ToUInt32(details.Groups["number"].Value, 16) : ErrorCode.None;

    /// <summary>The server went away while nobody talked to it; the next call starts another. Nothing was done.</summary>
    internal bool HasNoServer => Failed && Errors.Contains("Failed to create the VirtualBox object", StringComparison.Ordinal);

    /// <summary>Somebody else works on the object just now. Nothing was done.</summary>
    internal bool IsLocked => Failed
        && (ErrorLines.Any(l => l.Contains("The object is not ready", StringComparison.Ordinal))
            || Code == ErrorCode.InvalidObjectState && ErrorLines.Any(l => LockText().IsMatch(l)));

    /// <summary>Takes the wrapper script's warnings about missing drivers from the beginning of an output.</summary>
    internal static string WithoutWarnings(string output) => output.StartsWith("WARNING:", StringComparison.Ordinal) ? WrapperWarnings().Replace(output, "") : output;

    private const string ErrorMark = "VBoxManage: error:";
    private const string FatalMark = "VBoxManage: fatal error:";

    private static IEnumerable<string> Lines(string text) => text.Split('\n').Select(l => l.TrimEnd('\r'));

    [GeneratedRegex(@"\A(Details: code|Code) \w+ \(0x(?<number>[0-9a-fA-F]{1,8})\)", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Details();

    // A machine's lock is taken before anything is done. A medium's ("is locked for reading") isn't here: by then unregistervm has done its first half.
    [GeneratedRegex("is already locked for a session|already has a lock request pending|while it is locked", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex LockText();

    // A warning goes to its closing sentence, over an empty line; the one kind without that sentence ends with its indented lines.
    [GeneratedRegex(@"\A(WARNING:.*\n(([ \t].*)?\n)*?[ \t]*You will not be able to start VMs until this problem is fixed\.\n|WARNING:.*\n([ \t].*\n)*)+",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex WrapperWarnings();
}
