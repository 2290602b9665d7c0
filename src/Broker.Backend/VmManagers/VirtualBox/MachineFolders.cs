namespace Broker.Backend.VmManagers.VirtualBox;

/// <summary>
/// Where the machines that are defined here have their files: each in a folder named by its UUID, so that what a definition left that was killed is found,
/// and what is found is ours.
/// </summary>
/// <param name="home">The folder of VirtualBox's settings.</param>
internal sealed class MachineFolders(string home)
{
    /// <summary>The folder of them all.</summary>
    public string All { get; } = Path.Combine(home, "broker");

    /// <summary>That of one machine.</summary>
    public string Of(Guid id) => Path.Combine(All, id.ToString("D"));

    /// <summary>Whether a machine was defined here.</summary>
    public bool IsOurs(Guid id) => Directory.Exists(Of(id));

    /// <summary>Deletes what a definition left that was killed.</summary>
    /// <exception cref="VmException">There is saved memory, or content of disks: VirtualBox lost its list of machines, not we our work.</exception>
    public void DeleteHalfMade(Guid id)
    {
        var kept = Directory.EnumerateFiles(Of(id), "*", SearchOption.AllDirectories).FirstOrDefault(f => Path.GetExtension(f) is ".sav" or ".vdi");
        if (kept is not null)
        {
            throw new VmException($"VirtualBox does not know machine {id} any more, but {kept} is there. Register it again (VBoxManage registervm, with the .vbox file in " +
                $"{Of(id)}), or move that folder away if nothing in it is needed.");
        }
        Delete(id);
    }

    /// <summary>Deletes a machine's folder: settings, logs, saved memory, notes.</summary>
    public void Delete(Guid id)
    {
        if (Directory.Exists(Of(id))) Directory.Delete(Of(id), recursive: true);
    }
}
