using System.Globalization;

namespace Broker.Core.Directory;

/// <summary>Where a server is.</summary>
/// <param name="Host">Name, or address; one of IPv6 without brackets.</param>
/// <param name="Port">TCP port.</param>
/// <param name="IsTls">Encrypted from the first byte (<c>ldaps://</c>).</param>
public sealed record LdapAddress(string Host, int Port, bool IsTls)
{
    /// <summary>Reads <c>ldaps://host</c> or <c>ldap://host:port</c>; null when it is neither.</summary>
    public static LdapAddress? Parse(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("ldap" or "ldaps") || uri.Host.Length == 0
            || uri.AbsolutePath is not ("" or "/") || uri.Query.Length > 0 || uri.UserInfo.Length > 0 || uri.Fragment.Length > 0) return null;
        var isTls = uri.Scheme == "ldaps";
        return new LdapAddress(uri.IdnHost.Trim('[', ']'), uri.Port > 0 ? uri.Port : isTls ? 636 : 389, isTls);
    }

    /// <summary>The host as it stands in an address.</summary>
    public string HostInUri => Host.Contains(':') ? $"[{Host}]" : Host;

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{(IsTls ? "ldaps" : "ldap")}://{HostInUri}:{Port}");
}
