using System.Text;

namespace VirtualBox;

/// <summary>
/// The file that says which users' machines start with the host (<c>/etc/vbox/autostart.cfg</c>; the manual's chapter "Starting virtual machines
/// during system boot"). One mistake in it stops everybody's machines, mostly without a message: <see cref="Findings"/> tells all of them. It does
/// not change; what changes it gives another one, with comments and order kept.
/// </summary>
public sealed partial class AutostartConfiguration
{
    private static readonly UTF8Encoding utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private readonly AutostartSyntax syntax;

    private AutostartConfiguration(string text)
    {
        Text = text;
        syntax = AutostartSyntax.Read(text);
        // A guess at what was meant is good for no second complaint.
        Findings = [.. syntax.Findings.Concat(syntax.IsWhole && text.Length > 0 ? AutostartChecks.Of(syntax.Entries) : []).OrderBy(f => f.Line)];
        DefaultPolicy = AutostartChecks.PolicyOf(First(AutostartChecks.DefaultPolicy));
        ExceptionList = First(AutostartSyntax.ExceptionList)?.Values ?? [];
        Users = [.. from block in syntax.Entries where block.Block is not null group block by block.Key into same select UserOf(same.First())];
    }

    /// <summary>A new configuration: a default policy and nothing else.</summary>
    public AutostartConfiguration(AutostartPolicy defaultPolicy) : this($"{AutostartChecks.DefaultPolicy} = {Word(defaultPolicy)}\n")
    {
    }

    /// <summary>The text, as it is in the file.</summary>
    public string Text { get; }

    /// <summary>
    /// All that is wrong, by line. While VirtualBox can't read the file (<see cref="AutostartEffect.NobodyStarts"/>), the milder findings may be
    /// missing.
    /// </summary>
    public IReadOnlyList<AutostartFinding> Findings { get; }

    /// <summary>What counts for users without a block; null if it is missing, which denies, or neither of the two words.</summary>
    public AutostartPolicy? DefaultPolicy { get; }

    /// <summary>
    /// The users of <c>exception_list</c>, for whom the manual reverses the default policy. VirtualBox 7.2 doesn't read it, or gives up at its
    /// commas: <see cref="WithExceptionsAsBlocks"/> says the same in a way that it understands.
    /// </summary>
    public IReadOnlyList<string> ExceptionList { get; }

    /// <summary>What the blocks say, in the order of the text; of two with one name the first, for that one counts.</summary>
    public IReadOnlyList<AutostartUser> Users { get; }

    /// <summary>Reads a text.</summary>
    public static AutostartConfiguration Parse(string text) => new(text);

    /// <summary>Reads a file.</summary>
    /// <param name="path">Its path.</param>
    /// <exception cref="InvalidDataException">It is not UTF-8.</exception>
    /// <exception cref="IOException">It can't be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static AutostartConfiguration Load(string path)
    {
        try
        {
            return new(utf8.GetString(File.ReadAllBytes(path)));
        }
        catch (DecoderFallbackException e)
        {
            throw new InvalidDataException($"{path} is not UTF-8. Save it as UTF-8; only its comments may hold other letters than a to z.", e);
        }
    }

    /// <summary>Writes it to a file: wholly or, if that fails, not at all. The file keeps its access rights; a new one may be read by all.</summary>
    /// <param name="path">Its path. Of a link the file it leads to is written.</param>
    /// <exception cref="InvalidOperationException">VirtualBox couldn't read it; the message says why.</exception>
    /// <exception cref="IOException">It can't be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public void Save(string path)
    {
        if (Findings.FirstOrDefault(f => f.Effect == AutostartEffect.NobodyStarts) is { } finding)
            throw new InvalidOperationException($"{path} was not written, for with it nobody's machines would start: {finding}");

        var target = new FileInfo(path).LinkTarget is null ? Path.GetFullPath(path) : File.ResolveLinkTarget(path, returnFinalTarget: true)!.FullName;
        var written = $"{target}.{Guid.NewGuid():N}";
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            using (var stream = new FileStream(written, options))
            {
                stream.Write(utf8.GetBytes(Text));
                stream.Flush(flushToDisk: true);
            }
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(written, File.Exists(target) ? File.GetUnixFileMode(target) : ReadableByAll);
            File.Move(written, target, overwrite: true);
        }
        catch
        {
            File.Delete(written);
            throw;
        }
    }

    /// <summary>Whether VirtualBox would start machines of this user.</summary>
    /// <param name="user">The name in the system's user list; upper and lower case count.</param>
    public bool Allows(string user)
    {
        if (syntax.ReadByVirtualBox is { } less) return new AutostartConfiguration(less).Allows(user);
        if (Findings.Any(f => f.Effect == AutostartEffect.NobodyStarts)) return false;
        var byPolicy = DefaultPolicy == AutostartPolicy.Allow;
        if (First(user) is not { } entry) return byPolicy;
        if (entry.Block is not { } block) return false;
        var (allow, delay) = (AutostartChecks.First(block, AutostartChecks.AllowKey), AutostartChecks.First(block, AutostartChecks.StartupDelay));
        if (delay is { Block: null } && AutostartChecks.DelayOf(delay) is null) return false;
        return allow is null ? byPolicy : AutostartChecks.AllowOf(allow) == true;
    }

    /// <inheritdoc/>
    public override string ToString() => Text;

    private const UnixFileMode ReadableByAll = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private static string Word(AutostartPolicy policy) => policy == AutostartPolicy.Allow ? "allow" : "deny";

    private AutostartEntry? First(string key) => AutostartChecks.First(syntax.Entries, key);

    private static AutostartUser UserOf(AutostartEntry entry)
    {
        var block = entry.Block ?? [];
        return new(entry.Key, AutostartChecks.AllowOf(AutostartChecks.First(block, AutostartChecks.AllowKey)),
            AutostartChecks.DelayOf(AutostartChecks.First(block, AutostartChecks.StartupDelay)));
    }
}
