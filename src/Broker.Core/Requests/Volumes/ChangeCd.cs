using System.ComponentModel;
using Broker.Core.Access;

namespace Broker.Core.Requests.Volumes;

/// <summary>Put a CD of the library into a machine's drive, or take out what is in it. The image stays in the library, and is not copied.</summary>
/// <param name="Domain">Id of the machine, no base. One that is off gets a drive if it has none; in one that runs the CD is changed at once where its host can do that.</param>
/// <param name="File">Name of the CD's image in the library; the drive is emptied when it is left out.</param>
/// <param name="Target">The drive: hda…; its first one when left out.</param>
public sealed record ChangeCd(
    Guid Domain,
    [Description("Name of the CD's image in the library; the drive is emptied when it is left out.")] string? File = null,
    [Description("The drive: hda…; its first one when left out.")] string? Target = null) : IRequest<ChangeCd>, IOnDomain
{
    /// <inheritdoc/>
    public static Command Spec { get; } = new("change_cd", Lane.Quick, "Put a CD of the library into a machine's drive, or take it out.")
    {
        Grant = Grant.CreateMachine,
    };

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (File is not null && (File.Length is 0 or > 255 || File is "." or ".." || File.AsSpan().IndexOfAny('/', '\0') >= 0))
            yield return "file is the name of an image in the library, without a folder.";
        foreach (var problem in Target is null ? [] : RemoveDisk.TargetProblems(Target)) yield return problem;
    }

    /// <inheritdoc/>
    public LockSet Locks() => LockSet.Exclusive(Domain);
}
