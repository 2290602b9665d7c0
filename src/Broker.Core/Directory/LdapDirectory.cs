using Broker.Core.Settings;
using LdapLines = Broker.Core.Directory.LdapServer.LdapLines;

namespace Broker.Core.Directory;

/// <summary>The directory whose people may sign in. Its servers are asked in order; one that did not answer is passed over for a while.</summary>
public sealed class LdapDirectory : IDisposable
{
    /// <summary>The longest name and password that are sent to a server.</summary>
    private const int Longest = 256;

    private readonly TrustedAuthorities? _authorities;

    /// <param name="settings">Where it is and what of it counts.</param>
    /// <param name="clock">For times of servers.</param>
    /// <exception cref="SettingsException">A file that the settings name can't be read.</exception>
    public LdapDirectory(LdapSettings settings, TimeProvider clock)
    {
        Settings = settings;
        People = new PeopleSearch(settings);
        if (!settings.IsOn)
        {
            Servers = [];
            return;
        }

        var password = settings.BindDn.Length > 0 ? SecretFile.Read(settings.BindPasswordFile, "ldap.bind_password_file") : "";
        _authorities = new TrustedAuthorities(settings.CaFile);
        Servers = [.. settings.Servers.Select(s => new LdapServer(LdapAddress.Parse(s)!, settings, _authorities, () => password, clock))];
    }

    /// <summary>Where it is and what of it counts.</summary>
    public LdapSettings Settings { get; }

    /// <summary>Is there one?</summary>
    public bool IsOn => Settings.IsOn;

    /// <summary>How its servers do, as far as they were asked.</summary>
    public IReadOnlyList<ServerStatus> Status => [.. Servers.Select(s => s.Status)];

    /// <summary>There is one, and none of its servers answered when it was last asked.</summary>
    public bool IsDown => IsOn && Servers.All(s => s.Status.Trouble is not null);

    internal IReadOnlyList<LdapServer> Servers { get; }

    internal PeopleSearch People { get; }

    /// <summary>Whether it is him, and what the directory tells of him. An unknown name takes the same steps as a wrong password.</summary>
    /// <exception cref="DirectoryDownException">No server answers.</exception>
    /// <exception cref="DirectoryRefusedException">The settings don't fit the directory.</exception>
    public Task<DirectoryAnswer> SignIn(string name, string password, CancellationToken cancel = default)
    {
        // no password would be a sign-in of nobody, which servers let succeed
        if (name.Length is 0 or > Longest || password.Length is 0 or > Longest || name.Any(char.IsControl) || password.Contains('\0')) return Task.FromResult(new DirectoryAnswer(DirectoryVerdict.Unknown));
        return Ask(lines => Settings.BindPattern.Length > 0 ? SignInByPattern(lines, name, password) : SignInBySearch(lines, name, password), cancel);
    }

    /// <summary>What the directory tells now of somebody it knew.</summary>
    /// <exception cref="DirectoryDownException">No server answers.</exception>
    /// <exception cref="DirectoryRefusedException">The settings don't fit the directory.</exception>
    public Task<DirectoryAnswer> Again(string name, string dn, string? key, CancellationToken cancel = default) =>
        Ask(lines => People.Again(lines.Searching, dn, key) is { } entry ? People.Answer(lines.Searching, entry, name, lines.IsActiveDirectory) : new(DirectoryVerdict.Unknown), cancel);

    /// <summary>Groups whose name has this text in it; all when it is empty.</summary>
    /// <exception cref="DirectoryDownException">No server answers.</exception>
    /// <exception cref="DirectoryRefusedException">The settings don't fit the directory.</exception>
    public Task<IReadOnlyList<DirectoryGroup>> Groups(string text, int limit, CancellationToken cancel = default) => Ask(lines => People.GroupsCalled(lines.Searching, text, limit), cancel);

    /// <summary>Asks each server whether it is there, so that its state is known before somebody signs in.</summary>
    public Task LookAtServers(CancellationToken cancel = default) => Task.WhenAll(Servers.Where(s => !s.IsPassedOver()).Select(async server =>
    {
        try
        {
            await server.Ask(lines => Settings.CanSearch ? lines.IsThere : lines.Trying is not null, cancel);
        }
        catch (Exception e) when (e is DirectoryDownException or DirectoryRefusedException)
        {
            // its status says so
        }
    }));

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var server in Servers) server.Dispose();
        _authorities?.Dispose();
    }

    private DirectoryAnswer SignInBySearch(LdapLines lines, string name, string password)
    {
        var found = People.ByName(lines.Searching, name);
        if (found.Count > 1) return new(DirectoryVerdict.Ambiguous);
        var entry = found is [var one] ? one : null;
        // whoever is not there is tried all the same, so that time does not tell
        if (lines.Trying.Bind(entry?.Dn ?? $"cn=nobody,{Settings.Base}", password) is { } refusal) return new(Refused(refusal));
        return entry is null ? new(DirectoryVerdict.Unknown) : People.Answer(lines.Searching, entry, name, lines.IsActiveDirectory);
    }

    private DirectoryAnswer SignInByPattern(LdapLines lines, string name, string password)
    {
        var dn = People.BindName(name);
        if (lines.Trying.Bind(dn, password) is { } refusal) return new(Refused(refusal));
        // without an account for searches he reads what there is about himself
        var line = Settings.CanSearch ? lines.Searching : lines.Trying;
        var found = DistinguishedName.Normal(dn) is null ? People.ByName(line, name) : People.Again(line, dn, null) is { } entry ? [entry] : [];
        return found switch
        {
            [] => new(DirectoryVerdict.Unknown),
            [var one] => People.Answer(line, one, name, Settings.CanSearch && lines.IsActiveDirectory),
            _ => new(DirectoryVerdict.Ambiguous),
        };
    }

    // Active Directory says so only to whoever knew the password.
    private static DirectoryVerdict Refused(string refusal) =>
        refusal.Contains("data 532", StringComparison.Ordinal) || refusal.Contains("data 773", StringComparison.Ordinal) ? DirectoryVerdict.PasswordExpired : DirectoryVerdict.Unknown;

    internal async Task<T> Ask<T>(Func<LdapLines, T> work, CancellationToken cancel)
    {
        foreach (var server in Servers)
        {
            if (server.IsPassedOver()) continue;
            try
            {
                return await server.Ask(work, cancel);
            }
            catch (DirectoryDownException)
            {
                // the next one; what is wrong with this one is in its status
            }
        }
        throw new DirectoryDownException(IsOn ? $"No server of the directory answers. {string.Join(' ', Status.Select(s => s.Trouble).OfType<string>())}" : "There is no directory in the settings (ldap.servers).");
    }
}
