using System.Text.Json;

namespace Broker.Core.Nodes;

/// <summary>The code that drives one kind of hypervisor.</summary>
public enum VmManagerKind
{
    /// <summary>QEMU and others through libvirt.</summary>
    Libvirt,

    /// <summary>Oracle VirtualBox through VBoxManage.</summary>
    Virtualbox,

    /// <summary>No hypervisor: domains are files, displays are drawn by the back end.</summary>
    Simulated,
}

/// <summary>What is known about a node.</summary>
public enum NodeState
{
    /// <summary>Nobody has looked yet.</summary>
    Unknown,

    /// <summary>It answers.</summary>
    Up,

    /// <summary>It does not answer; <see cref="NodeRow.Detail"/> says why.</summary>
    Down,
}

/// <summary>A row of <c>nodes</c>: one host driven by a VM manager.</summary>
public sealed record NodeRow
{
    /// <summary>Key.</summary>
    public required long Id { get; init; }

    /// <summary>Unique name.</summary>
    public required string Name { get; init; }

    /// <summary>What drives it.</summary>
    public required VmManagerKind Manager { get; init; }

    /// <summary>Where the VM manager finds it: a libvirt URI, <c>virtualbox:///</c> and VirtualBox's folder, or a folder for the simulated one.</summary>
    public required string Uri { get; init; }

    /// <summary>New work may go there.</summary>
    public bool IsEnabled { get; init; } = true;

    /// <summary>What is known about it.</summary>
    public NodeState State { get; init; }

    /// <summary>Why it is down.</summary>
    public string? Detail { get; init; }

    /// <summary>When it last answered, or was last found silent.</summary>
    public DateTimeOffset? CheckedAt { get; init; }

    /// <summary>Names of the capabilities found when it was connected.</summary>
    public IReadOnlyList<string> Capabilities { get; init; } = [];

    /// <summary>What it told about itself.</summary>
    public JsonElement Facts { get; init; }

    /// <summary>The same by name; nothing of a host that never answered.</summary>
    public IReadOnlyDictionary<string, string> KnownFacts => Facts.ValueKind == JsonValueKind.Object ? Facts.EnumerateObject().ToDictionary(f => f.Name, f => f.Value.ToString()) : [];
}
