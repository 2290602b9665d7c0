namespace VirtualBox.Simulator.Server;

/// <summary>VirtualBox's error codes, as far as they are met.</summary>
internal enum Code : uint
{
    None = 0,
    VBOX_E_OBJECT_NOT_FOUND = 0x80bb0001,
    VBOX_E_INVALID_VM_STATE = 0x80bb0002,
    VBOX_E_FILE_ERROR = 0x80bb0004,
    VBOX_E_IPRT_ERROR = 0x80bb0005,
    VBOX_E_INVALID_OBJECT_STATE = 0x80bb0007,
    VBOX_E_NOT_SUPPORTED = 0x80bb0009,
    VBOX_E_OBJECT_IN_USE = 0x80bb000c,
    NS_ERROR_INVALID_ARG = 0x80070057,
    NS_ERROR_FAILURE = 0x80004005,
    E_ACCESSDENIED = 0x80070005,
}

/// <summary>A command failed; what it says on standard error, and how it ends.</summary>
/// <param name="text">The first line.</param>
/// <param name="code">VirtualBox's code; none for what VBoxManage finds out by itself.</param>
/// <param name="component">Where it happened.</param>
/// <param name="exitCode">Of VBoxManage.</param>
internal sealed class Failure(string text, Code code = Code.None, string component = "SessionMachine", int exitCode = 1) : Exception(text)
{
    public Code Code { get; } = code;

    public string Component { get; } = component;

    public int ExitCode { get; } = exitCode;

    /// <summary>Follows at the end, such as what VBoxManage itself makes of it.</summary>
    public string? Last { get; init; }

    /// <summary>Comes before, such as which operation it was.</summary>
    public string? First { get; init; }

    /// <summary>A second failure, of what is tried then.</summary>
    public Failure? Then { get; init; }

    /// <summary>It was told by a progress, not by a call.</summary>
    public bool IsLate { get; init; }

    /// <summary>The text is told again below the usage.</summary>
    public bool IsRepeated { get; init; }

    /// <summary>The program has no text for it.</summary>
    public bool IsBare { get; init; }

    /// <summary>Whether a first wrong option makes the whole usage come; it ends with 2.</summary>
    public bool ShowsUsage { get; init; }

    /// <summary>As it is written.</summary>
    public string Report()
    {
        const string mark = "VBoxManage: error: ";
        const string banner = "Oracle VirtualBox Command Line Management Interface Version 7.2.22_Debian";
        var lines = new List<string>();
        if (ShowsUsage)
            lines.AddRange([banner, "Copyright (C) 2005-2026 Oracle and/or its affiliates", ""]);
        if (First is not null) lines.Add(mark + First);
        if (IsBare) lines.Add($"{mark}Code {Code} (0x{(uint)Code:x8}) - Invalid argument value (extended info not available)");
        else lines.AddRange(Message.Split('\n').Select(l => mark + l));
        if (Code != Code.None)
        {
            var type = Component.Replace("Wrap", "", StringComparison.Ordinal).Replace("Session", "", StringComparison.Ordinal);
            var details = $"{mark}Details: code {Code} (0x{(uint)Code:x8}), component {Component}, interface I{type}";
            if (!IsBare) lines.Add(IsLate ? details : $"{details}, callee nsISupports");
            lines.Add($"{mark}Context: \"Simulated()\" at line 1 of file VBoxManage.cpp");
        }
        if (Last is not null) lines.Add(mark + Last);
        if (ShowsUsage) lines.AddRange(["", "Usage - Oracle VirtualBox command-line interface:", ""]);
        if (IsRepeated) lines.Add(mark + Message);
        return string.Join('\n', lines) + "\n" + Then?.Report();
    }

    public static Failure Usage(string text, bool isRepeated = false) => new(text, exitCode: 2) { ShowsUsage = true, IsRepeated = isRepeated };

    public static Failure NotFound(string machine) =>
        new(Guid.TryParseExact(machine.Trim('{', '}'), "D", out var id)
            ? $"Could not find a registered machine with UUID {{{id}}}"
            : $"Could not find a registered machine named '{machine}'", Code.VBOX_E_OBJECT_NOT_FOUND, "VirtualBoxWrap");

    public static Failure Invalid(string text) => new(text, Code.NS_ERROR_INVALID_ARG);

    /// <summary>An argument of which the program says no more than that.</summary>
    public static Failure Bare() => new("", Code.NS_ERROR_INVALID_ARG) { IsBare = true };
}

/// <summary>The command was cancelled and has undone its work.</summary>
internal sealed class CancelledException : Exception;
