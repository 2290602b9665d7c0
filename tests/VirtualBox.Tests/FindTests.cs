namespace VirtualBox.Tests;

public sealed class FindTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("find-vboxmanage-").FullName;

    [Fact]
    public void TheBinaryItselfComesBeforeTheScriptInPath()
    {
        var real = Make("lib", UnixFileMode.UserExecute);
        var script = Make("bin", UnixFileMode.UserExecute);
        Assert.Equal(real, VBoxManage.Find(real, Path.GetDirectoryName(script)));
    }

    [Fact]
    public void PathServesWhereTheBinaryIsMissing()
    {
        var script = Make("bin", UnixFileMode.UserExecute);
        Assert.Equal(script, VBoxManage.Find($"{folder}/lib/VBoxManage", $"{folder}/other:{folder}/bin"));
    }

    [Fact]
    public void WhatCanNotBeRunIsPassedOver()
    {
        var plain = Make("plain", UnixFileMode.UserRead);
        Directory.CreateDirectory($"{folder}/a/VBoxManage");
        var script = Make("bin", UnixFileMode.UserExecute);
        Assert.Equal(script, VBoxManage.Find(plain, $"{folder}/a:{folder}/bin"));
    }

    [Fact]
    public void FoldersThatDependOnTheWorkingDirectoryAreNotLookedAt()
    {
        var script = Make("bin", UnixFileMode.UserExecute);
        var relative = Path.GetRelativePath(Environment.CurrentDirectory, Path.GetDirectoryName(script)!);
        Assert.True(File.Exists(Path.Combine(relative, "VBoxManage")));
        Assert.Throws<VBoxManageNotFoundException>(() => VBoxManage.Find($"{folder}/lib/VBoxManage", $":{relative}"));
    }

    [Fact]
    public void WithoutAnyTheErrorSaysWhereItLooked()
    {
        var error = Assert.Throws<VBoxManageNotFoundException>(() => VBoxManage.Find($"{folder}/lib/VBoxManage", "/nowhere"));
        Assert.Contains($"{folder}/lib/VBoxManage", error.Message, StringComparison.Ordinal);
        Assert.Contains("/nowhere", error.Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private string Make(string where, UnixFileMode mode)
    {
        var path = Path.Combine(Directory.CreateDirectory(Path.Combine(folder, where)).FullName, "VBoxManage");
        File.WriteAllText(path, "#!/bin/sh\n");
        File.SetUnixFileMode(path, mode);
        return path;
    }
}
