using System.Globalization;
using Broker.Core.Devices;
using Broker.Core.Nodes;

namespace Broker.Backend.VmManagers;

/// <summary>
/// Folders of the host that guests share. One may be divided: then each machine gets a folder of its own in it, called by the machine's id, which is made when
/// the machine is defined and nobody but the back end's user can enter.
/// </summary>
internal static class SharedFolders
{
    private const UnixFileMode Closed = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>What a machine shares: the name in the guest and the folder on the host.</summary>
    public static IReadOnlyList<(string Target, string Source)> Of(DomainSpec spec, VmManagerKind manager) =>
        [.. All(spec, manager).Select(f => (f["target"]!, IsDivided(f) ? OwnIn(f, spec) : f["source"]!))];

    /// <summary>Makes those that are a machine's own and are not there yet.</summary>
    /// <exception cref="VmException">One can't be made, or something else is in its place: a link would lead the guest elsewhere.</exception>
    public static void Make(DomainSpec spec, VmManagerKind manager)
    {
        foreach (var divided in All(spec, manager).Where(IsDivided))
        {
            var (source, own) = (divided["source"]!, OwnIn(divided, spec));
            try
            {
                if (!Directory.Exists(source)) throw new VmException($"The folder {source}, of which {spec.Name} gets a part, is not there. Make it, or take the shared folder from {spec.Name}.");
                Directory.CreateDirectory(own, Closed);
                if (new DirectoryInfo(own).LinkTarget is not null) throw new VmException($"{own} is a link, where the folder of {spec.Name} is to be. It is left as it is; move it away.");
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new VmException($"The folder {own} of {spec.Name} can't be made: {e.Message} Let the back end's user write to {source}.", e);
            }
        }
    }

    /// <summary>Removes those of a machine that goes, as far as nothing is in them: what people put there stays.</summary>
    public static void RemoveEmpty(DomainSpec spec, VmManagerKind manager)
    {
        foreach (var divided in All(spec, manager).Where(IsDivided)) RemoveIfEmpty(OwnIn(divided, spec));
    }

    /// <summary>Takes those of a machine away from it that is to be somebody else's: an empty one is removed, what is in another is kept beside it under its name and the request's.</summary>
    /// <exception cref="VmException">One can't be taken away.</exception>
    public static void PutAside(DomainSpec spec, VmManagerKind manager, long request)
    {
        foreach (var own in All(spec, manager).Where(IsDivided).Select(f => OwnIn(f, spec)))
        {
            RemoveIfEmpty(own);
            try
            {
                if (Directory.Exists(own)) Directory.Move(own, string.Create(CultureInfo.InvariantCulture, $"{own}.{request}"));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new VmException($"The folder {own} holds what somebody had on {spec.Name}, and can't be put aside: {e.Message} Let the back end's user write to the folder above, or move it away.", e);
            }
        }
    }

    private static void RemoveIfEmpty(string own)
    {
        try
        {
            if (new DirectoryInfo(own) is { Exists: true, LinkTarget: null } folder && !folder.EnumerateFileSystemInfos().Any()) folder.Delete();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // somebody has just put something there, or closed it or the folder above: it stays
        }
    }

    private static IReadOnlyList<DeviceOptions> All(DomainSpec spec, VmManagerKind manager) => Drivers.Of(manager).Devices(DeviceKind.Filesystem, spec.Hardware);

    private static bool IsDivided(DeviceOptions folder) => folder["part"] == "own";

    private static string OwnIn(DeviceOptions folder, DomainSpec spec) => Path.Combine(folder["source"]!, spec.Id.ToString("D"));
}
