namespace Broker.Core.Settings;

/// <summary>Files with a secret in them: never readable by others.</summary>
public static class SecretFile
{
    private const UnixFileMode ForOthers = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <summary>What is in it, without the end of its last line.</summary>
    /// <param name="path">Full path.</param>
    /// <param name="key">The setting that named it, for the error.</param>
    /// <exception cref="SettingsException">It is not there, not readable, empty, or others may read it.</exception>
    public static string Read(string path, string key)
    {
        string text;
        try
        {
            if (!IsCredential(path) && Exposed(path) is { } exposed) throw new SettingsException(exposed);
            text = File.ReadAllText(path).TrimEnd('\r', '\n');
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new SettingsException($"There is no file {path} ({key}). Put the secret there, mode 0600, or name the right file.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException($"{path} ({key}) can't be read by {Environment.UserName}: {e.Message} Give the file to that user: chown {Environment.UserName} {path}");
        }

        if (text.Length > 0) return text;
        throw new SettingsException(IsCredential(path)
            ? $"systemd handed nothing over for {key}. Put the secret into {Path.GetFileName(path)} of /etc/broker/secrets, mode 0600, and start the service again."
            : $"{path} ({key}) is empty. Put the secret there.");
    }

    /// <summary>A sentence when others may read or write it; null when only its owner may.</summary>
    public static string? Exposed(string path)
    {
        var mode = File.GetUnixFileMode(path);
        return (mode & ForOthers) == UnixFileMode.None ? null : $"{path} holds a secret, but others than its owner may read or write it (mode {Convert.ToString((int)mode, 8).PadLeft(4, '0')}). Close it: chmod 600 {path}";
    }

    /// <summary>
    /// Where a file is that a setting names: what systemd hands over under that file's name (<c>LoadCredential=</c>) comes first, then an absolute path,
    /// then one from the settings file's folder.
    /// </summary>
    internal static string Locate(string named, string? settingsFile, Func<string, string?> variable)
    {
        if (variable("CREDENTIALS_DIRECTORY") is { Length: > 0 } credentials && Path.Combine(credentials, Path.GetFileName(named)) is var credential && File.Exists(credential)) return credential;
        return Path.GetFullPath(named, Path.GetDirectoryName(settingsFile is null ? null : Path.GetFullPath(settingsFile)) ?? Environment.CurrentDirectory);
    }

    // systemd opens its own by access lists, which look like rights of a group.
    private static bool IsCredential(string path) =>
        Environment.GetEnvironmentVariable("CREDENTIALS_DIRECTORY") is { Length: > 0 } credentials && Path.GetDirectoryName(path) == credentials.TrimEnd('/');
}
