namespace Libvirt.Tests;

/// <summary>A guest of one sector: writes &gt; to its first serial port, then whatever comes from there. It sleeps between ticks of its clock.</summary>
internal static class Echo
{
    /// <summary>A bootable disk, raw.</summary>
    public static byte[] Image { get; } =
    [
        .. (ReadOnlySpan<byte>)
        [
            0xBA, 0xF8, 0x03,       // mov dx, 3f8h         the port's data
            0xB0, (byte)'>',        // mov al, '>'
            0xEE,                   // out dx, al
            0xFB,                   // sti
            0xBA, 0xFD, 0x03,       // look: mov dx, 3fdh   the port's status
            0xEC,                   // in al, dx
            0xA8, 0x01,             // test al, 1           something came
            0x75, 0x03,             // jnz take
            0xF4,                   // hlt
            0xEB, 0xF5,             // jmp look
            0xBA, 0xF8, 0x03,       // take: mov dx, 3f8h
            0xEC,                   // in al, dx
            0xEE,                   // out dx, al
            0xEB, 0xEE,             // jmp look
        ],
        .. new byte[510 - 25], 0x55, 0xAA,      // what marks a boot sector
        .. new byte[1024 * 1024 - 512],
    ];

    /// <summary>The device that boots it.</summary>
    public static string Disk(Qemu qemu)
    {
        var path = Path.Combine(qemu.Folder, $"{Guid.NewGuid():N}.img");
        File.WriteAllBytes(path, Image);
        return $"<disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='{path}'/><target dev='hda' bus='ide'/></disk>";
    }
}
