using System.Runtime.InteropServices;

namespace VirtualBox;

/// <summary>The system's list of users, wherever it is kept. Linux only: others lay out the record in another way.</summary>
internal static unsafe partial class UserList
{
    private const int LargestRecord = 64 << 10;

    /// <summary>The home of the user of this process; null if the list does not have them.</summary>
    public static string? HomeOfThisUser()
    {
        var buffer = new byte[LargestRecord];
        fixed (byte* strings = buffer)
        {
            User user;
            User* found;
            return getpwuid_r(geteuid(), &user, strings, LargestRecord, &found) == 0 && found != null ? Marshal.PtrToStringUTF8((nint)user.Home) : null;
        }
    }

    [LibraryImport("libc")]
    private static partial uint geteuid();

    [LibraryImport("libc")]
    private static partial int getpwuid_r(uint id, User* user, byte* strings, nuint size, User** found);

    /// <summary>struct passwd</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct User
    {
        public byte* Name;
        public byte* Password;
        public uint Id;
        public uint Group;
        public byte* FullName;
        public byte* Home;
        public byte* Shell;
    }
}
