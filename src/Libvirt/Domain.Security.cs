using System.Runtime.InteropServices;
using Libvirt.Generated;
using static Libvirt.Generated.Native;
using static Libvirt.LibvirtException;

namespace Libvirt;

/// <summary>Security labels.</summary>
public sealed unsafe partial class Domain
{
    /// <summary>The label of a running domain; empty if there is no security driver. (virDomainGetSecurityLabel)</summary>
    public SecurityLabel GetSecurityLabel()
    {
        using var self = Handle.Use();
        virSecurityLabel label;
        Check(virDomainGetSecurityLabel(self.Pointer, &label));
        return new(Text.Copy(label.label)!, label.enforcing != 0);
    }

    /// <summary>The labels of all security drivers. (virDomainGetSecurityLabelList)</summary>
    public IReadOnlyList<SecurityLabel> GetSecurityLabelList()
    {
        using var self = Handle.Use();
        virSecurityLabel* list;
        var count = Check(virDomainGetSecurityLabelList(self.Pointer, &list));
        try
        {
            var labels = new SecurityLabel[count];
            for (var i = 0; i < count; i++)
                labels[i] = new(Text.Copy(list[i].label)!, list[i].enforcing != 0);
            return labels;
        }
        finally
        {
            NativeMemory.Free(list);
        }
    }
}

/// <summary>What a security driver calls a domain. (virSecurityLabel)</summary>
/// <param name="Label">The label.</param>
/// <param name="Enforcing">Whether the driver's rules are enforced.</param>
public sealed record SecurityLabel(string Label, bool Enforcing);
