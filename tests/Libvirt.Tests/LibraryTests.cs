using Libvirt.Generated;

namespace Libvirt.Tests;

public class LibraryTests
{
    [Fact]
    public void AFunctionThatTheLibraryLacksIsNoSupport()
    {
        var library = new Library("libc.so.6");     // a library that loads and has nothing of libvirt's
        nint slot = 0;
        var error = Assert.Throws<LibvirtException>(() => library.Bind(ref slot, "virDomainGetMessages"));
        Assert.Equal((ErrorNumber.NoSupport, ErrorLevel.Error), (error.Code, error.Level));
        Assert.Contains("virDomainGetMessages", error.Message);
        Assert.Equal(0, slot);
        Assert.False(library.Has("virDomainGetMessages"));
    }

    [Fact]
    public void AFunctionOfAYetUnwrittenLibvirtIsNoSupport()
    {
        var error = Assert.Throws<LibvirtException>(() => Library.Core.Address("virDomainDoWhatNobodyThoughtOf"));
        Assert.Equal(ErrorNumber.NoSupport, error.Code);
        Assert.False(Library.Core.Has("virDomainDoWhatNobodyThoughtOf"));
        Assert.True(Library.Core.Has("virDomainCreate"));
        Assert.True(Library.Qemu.Has("virDomainQemuAgentCommand"));
    }

    [Fact]
    public void ALibraryThatIsNotThereIsNoSupportAndNamesThePackage()
    {
        var library = new Library("libvirt-nowhere.so.0");
        var error = Assert.Throws<LibvirtException>(() => library.Address("virConnectOpen"));
        Assert.Equal(ErrorNumber.NoSupport, error.Code);
        Assert.Contains("libvirt0", error.Message);
        Assert.False(library.Has("virConnectOpen"));
    }

    [Fact]
    public unsafe void ANullObjectIsRefusedByTheLibraryItself()
    {
        Assert.Equal(-1, Native.virDomainCreate(null));
        var error = LibvirtException.Last();
        Assert.Equal((ErrorNumber.InvalidDomain, ErrorDomain.Dom), (error.Code, error.Domain));
    }
}
