using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Broker.Cli.Doctor;

/// <summary>Who may do what with a file.</summary>
/// <param name="Mode">Its mode bits.</param>
/// <param name="User">Number of its owner.</param>
/// <param name="Group">Number of its group.</param>
internal sealed record FileRights(UnixFileMode Mode, uint User, uint Group)
{
    /// <summary>As chmod takes it: 0660.</summary>
    public string Octal => Convert.ToString((int)Mode, 8).PadLeft(4, '0');
}

/// <summary>A line of <c>/etc/passwd</c> with the groups of <c>/etc/group</c>.</summary>
/// <param name="Name">Name of the account.</param>
/// <param name="Id">Its number.</param>
/// <param name="Groups">Numbers of the groups it is in, its own first.</param>
internal sealed record LocalUser(string Name, uint Id, IReadOnlyList<uint> Groups)
{
    /// <summary>May it read and write that file?</summary>
    public bool MayReadAndWrite(FileRights file) =>
        (file.User == Id && file.Mode.HasFlag(UnixFileMode.UserRead | UnixFileMode.UserWrite))
        || (Groups.Contains(file.Group) && file.Mode.HasFlag(UnixFileMode.GroupRead | UnixFileMode.GroupWrite))
        || file.Mode.HasFlag(UnixFileMode.OtherRead | UnixFileMode.OtherWrite);
}

/// <summary>The files of a machine, as the doctor reads them. What is not there, or not for us, is null.</summary>
/// <param name="root">The machine's top folder: / unless a test has another.</param>
internal sealed partial class LocalFiles(string root)
{
    public bool Exists(string path) => Path.Exists(Place(path));

    public string? Text(string path)
    {
        try
        {
            return File.ReadAllText(Place(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Where a link leads in the end.</summary>
    public string? Target(string path)
    {
        try
        {
            return File.ResolveLinkTarget(Place(path), returnFinalTarget: true)?.Name;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public FileRights? Rights(string path)
    {
        Span<byte> result = stackalloc byte[256];       // struct statx, which is laid out alike on all processors
        const int currentFolder = -100, user = 20, group = 24, mode = 28;
        const uint typeModeUserGroup = 0x1B;
        return statx(currentFolder, Place(path), 0, typeModeUserGroup, result) != 0 ? null : new FileRights(
            (UnixFileMode)(BinaryPrimitives.ReadUInt16LittleEndian(result[mode..]) & 0xFFF),
            BinaryPrimitives.ReadUInt32LittleEndian(result[user..]), BinaryPrimitives.ReadUInt32LittleEndian(result[group..]));
    }

    /// <summary>The local account of this name.</summary>
    public LocalUser? User(string name)
    {
        if (Rows("/etc/passwd").FirstOrDefault(r => r is [var n, _, _, _, ..] && n == name) is not { } row || !uint.TryParse(row[2], out var id) || !uint.TryParse(row[3], out var own)) return null;
        var others = Rows("/etc/group").Where(r => r is [_, _, _, var members] && members.Split(',').Contains(name)).Select(r => uint.TryParse(r[2], out var group) ? group : own);
        return new LocalUser(name, id, [.. others.Prepend(own).Distinct()]);
    }

    /// <summary>The name of a group's number, or the number.</summary>
    public string Group(uint id) => Rows("/etc/group").FirstOrDefault(r => r is [_, _, var number, ..] && uint.TryParse(number, out var found) && found == id)?[0] ?? $"{id}";

    private IEnumerable<string[]> Rows(string path) => (Text(path) ?? "").Split('\n').Select(l => l.Split(':'));

    private string Place(string path) => root == "/" ? path : Path.Join(root, path);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int statx(int folder, string path, int flags, uint mask, Span<byte> result);
}
