namespace VirtualBox;

/// <summary>A folder of the host that a machine sees, by its Guest Additions.</summary>
/// <param name="Name">Its name there, one per machine; without blanks.</param>
/// <param name="HostPath">The folder, absolute; it must be there.</param>
public sealed record SharedFolder(string Name, string HostPath)
{
    /// <summary>Whether the machine may only read. Not in reports.</summary>
    public bool IsReadOnly { get; init; }

    /// <summary>Whether the machine mounts it by itself. Not in reports.</summary>
    public bool AutoMount { get; init; }

    /// <summary>The options of <c>sharedfolder add</c>.</summary>
    /// <exception cref="ArgumentException">The name is empty or has blanks; the path is not absolute.</exception>
    internal IEnumerable<string> Arguments()
    {
        Names.Text(Name, "A shared folder's name", without: " ");
        if (!Path.IsPathRooted(HostPath)) throw Names.Refused($"A shared folder's path must be absolute, '{HostPath}' is not.");
        string[] arguments = ["--name", Name, "--hostpath", Names.Text(HostPath, "A shared folder's path")];
        string[] readOnly = IsReadOnly ? ["--readonly"] : [];
        string[] autoMount = AutoMount ? ["--automount"] : [];
        return [.. arguments, .. readOnly, .. autoMount];
    }

    internal static IReadOnlyList<SharedFolder> Read(MachineReadable report)
    {
        var folders = new List<SharedFolder>();
        for (var i = 1; report[$"SharedFolderNameMachineMapping{i}"] is { } name; i++)
            folders.Add(new(name, report[$"SharedFolderPathMachineMapping{i}"] ?? ""));
        return folders;
    }
}
