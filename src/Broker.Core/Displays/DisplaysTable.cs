using Broker.Core.Database;

namespace Broker.Core.Displays;

/// <summary>How a console is spoken to.</summary>
public enum DisplayKind
{
    /// <summary>RFB.</summary>
    Vnc,

    /// <summary>SPICE.</summary>
    Spice,

    /// <summary>RDP.</summary>
    Rdp,
}

/// <summary>All writes to <c>displays</c>: where the consoles of running domains are.</summary>
public static class DisplaysTable
{
    /// <summary>A domain's display listens on this Unix socket.</summary>
    public static Task Set(DbSession db, Guid domainId, DisplayKind kind, string socketPath) =>
        db.Execute("REPLACE INTO displays (domain_id, kind, socket_path) VALUES (@domainId, @kind, @socketPath)", new { domainId, kind, socketPath });

    /// <summary>The Unix socket of a domain's display; null when it has none.</summary>
    public static Task<string?> Socket(DbSession db, Guid domainId, DisplayKind kind) =>
        db.First<string>("SELECT socket_path FROM displays WHERE domain_id = @domainId AND kind = @kind", new { domainId, kind });
}
