using System.Globalization;

namespace Broker.Core.Directory;

/// <summary>How directories say of an account that it is switched off, whatever the password: Active Directory, 389 and FreeIPA, eDirectory, OpenLDAP.</summary>
public static class AccountSwitches
{
    private const string ActiveDirectory = "userAccountControl";
    private const string Netscape = "nsAccountLock";
    private const string EDirectory = "loginDisabled";
    private const string PasswordPolicy = "pwdAccountLockedTime";
    private const long AccountDisabled = 2;
    private const string ForEver = "000001010000Z";

    /// <summary>The attributes in which they say so.</summary>
    public static IReadOnlyList<string> Attributes { get; } = [ActiveDirectory, Netscape, EDirectory, PasswordPolicy];

    /// <summary>Is it switched off?</summary>
    /// <param name="value">An attribute's value; null where it has none.</param>
    public static bool IsOff(Func<string, string?> value) =>
        (long.TryParse(value(ActiveDirectory), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var control) && (control & AccountDisabled) != 0)
        || string.Equals(value(Netscape), "TRUE", StringComparison.OrdinalIgnoreCase)
        || string.Equals(value(EDirectory), "TRUE", StringComparison.OrdinalIgnoreCase)
        || value(PasswordPolicy) == ForEver;
}
