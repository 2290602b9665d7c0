namespace VirtualBox;

public sealed partial class Machine
{
    private const int MaxScreenshot = 64 << 20;
    private static readonly byte[] pngMark = [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0d, 0x0a, 0x1a, 0x0a];

    /// <summary>
    /// Sets up its remote display, while it is off; a saved one's may be changed too, password included, and is as told when the machine goes on. The
    /// password is in no process's arguments.
    /// </summary>
    /// <param name="display">What it is to be; null turns it off and forgets its password.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="ArgumentException">Everybody could see it: it lacks an address, a password or authentication. Or a value can't be.</exception>
    /// <exception cref="ExtensionPackException">VirtualBox has no such extension pack, or none for remote displays.</exception>
    /// <exception cref="MachineLockedException">It runs.</exception>
    public async Task SetRemoteDisplay(RemoteDisplay? display, CancellationToken cancel = default)
    {
        if (display is null)
        {
            await Write(["modifyvm", Id, .. RemoteDisplay.Off], cancel);
            return;
        }
        var pack = display.ExtensionPack is { } name
            ? await ExtensionPack.ForDisplays(vbox, name, cancel)
            : await ExtensionPack.ForDisplays(vbox, cancel);
        await Write(vbox.Command(["modifyvm", Id, .. display.Arguments(pack)]) with { IsSecret = true }, cancel);
    }

    /// <summary>What a running machine shows, as PNG.</summary>
    /// <param name="screen">The screen, from 0.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="VBoxManageException">It does not run, or has no such screen.</exception>
    /// <exception cref="FormatException">What VirtualBox wrote is no PNG, or larger than any screen.</exception>
    public async Task<byte[]> Screenshot(int screen = 0, CancellationToken cancel = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(screen);
        // A screen is its user's business: the folder is ours alone.
        var folder = Directory.CreateTempSubdirectory("vboxmanage-");
        try
        {
            var file = new FileInfo(Path.Combine(folder.FullName, "screen.png"));
            await vbox.Run(vbox.Command("controlvm", Id, "screenshotpng", file.FullName, $"{screen}"), cancel: cancel);
            if (!file.Exists || file.Length > MaxScreenshot)
                throw new FormatException($"VirtualBox wrote no picture of machine {Uuid}, or one that is too large.");
            var png = await File.ReadAllBytesAsync(file.FullName, cancel);
            return png.AsSpan().StartsWith(pngMark) ? png : throw new FormatException($"VirtualBox wrote something else than a PNG of machine {Uuid}.");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Turns the remote display of a running machine on or off, and keeps it so. Who looks at it is cut off.</summary>
    /// <exception cref="VBoxManageException">It does not run, or the display can't be: its port is taken, for one.</exception>
    public Task SwitchRemoteDisplay(bool on, CancellationToken cancel = default) => Write(["controlvm", Id, "vrde", on ? "on" : "off"], cancel);

    /// <summary>Gives the VNC display of a running machine another password, and turns it off and on for that: who looks at it is cut off.</summary>
    /// <exception cref="ArgumentException">It has no or more than 8 characters, or some that VNC can't take.</exception>
    /// <exception cref="VBoxManageException">It does not run.</exception>
    public async Task ChangeDisplayPassword(string password, CancellationToken cancel = default)
    {
        RemoteDisplay.CheckPassword(password);
        await SwitchRemoteDisplay(on: false, cancel);
        await Write(vbox.Command("controlvm", Id, "vrdeproperty", $"VNCPassword={password}") with { IsSecret = true }, cancel);
        await SwitchRemoteDisplay(on: true, cancel);
    }
}
