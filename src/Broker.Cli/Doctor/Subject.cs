using Broker.Core.Settings;

namespace Broker.Cli.Doctor;

/// <summary>What is examined.</summary>
/// <param name="Files">This machine's files.</param>
/// <param name="SettingsFile">The settings file in use; null when only variables are.</param>
/// <param name="BackEnd">The back end's settings, which are the command line's; null when they are wrong.</param>
/// <param name="BackEndProblem">What is wrong with them.</param>
/// <param name="FrontEnd">The front end's settings; null without a file, or when they are wrong.</param>
/// <param name="FrontEndProblem">What is wrong with them.</param>
/// <param name="Clock">The time.</param>
internal sealed record Subject(
    LocalFiles Files, string? SettingsFile, BackEndSettings? BackEnd, string? BackEndProblem, FrontEndSettings? FrontEnd, string? FrontEndProblem, TimeProvider Clock)
{
    /// <summary>The directory's settings; null without a file, or when they are wrong.</summary>
    public LdapSettings? Ldap { get; init; }

    /// <summary>What is wrong with them.</summary>
    public string? LdapProblem { get; init; }

    /// <summary>The OpenID provider's settings; null without a file, or when they are wrong.</summary>
    public OpenIdSettings? OpenId { get; init; }

    /// <summary>What is wrong with them.</summary>
    public string? OpenIdProblem { get; init; }

    /// <summary>Machines run here, or are meant to.</summary>
    public bool HasLibvirt => Files.Exists("/etc/libvirt");

    /// <summary>Why a check of a hypervisor's machine says nothing here.</summary>
    public static Finding NoLibvirt { get; } = Finding.NotApplicable("There is no libvirt on this machine.");

    /// <summary>Reads the settings of both programs, as far as they can be read.</summary>
    public static Subject Of(string? settingsFile, Func<string, string?> variable, LocalFiles files, TimeProvider clock)
    {
        var (backEnd, backEndProblem) = Read<BackEndSettings>(settingsFile, variable);
        // The variables here are the back end's and the command line's; what the front end is started with only its file tells.
        var (frontEnd, frontEndProblem) = settingsFile is null ? (null, null) : Read<FrontEndSettings>(settingsFile, _ => null);
        var (ldap, ldapProblem) = settingsFile is null ? (null, null) : Tried(() => Core.Settings.SettingsFile.ReadSection<LdapSettings>(settingsFile, _ => null));
        var (openId, openIdProblem) = settingsFile is null ? (null, null) : Tried(() => Core.Settings.SettingsFile.ReadSection<OpenIdSettings>(settingsFile, _ => null));
        return new Subject(files, settingsFile, backEnd, backEndProblem, frontEnd, frontEndProblem, clock) { Ldap = ldap, LdapProblem = ldapProblem, OpenId = openId, OpenIdProblem = openIdProblem };
    }

    private static (T?, string?) Read<T>(string? file, Func<string, string?> variable) where T : SharedSettings, new() => Tried(() => Core.Settings.SettingsFile.Read<T>(file, variable));

    private static (T?, string?) Tried<T>(Func<T> read) where T : class
    {
        try
        {
            return (read(), null);
        }
        catch (SettingsException e)
        {
            return (null, e.Message);
        }
    }
}
