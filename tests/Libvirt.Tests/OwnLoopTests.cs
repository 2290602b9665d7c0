using System.Diagnostics;
using Libvirt.Testing;

namespace Libvirt.Tests;

public class OwnLoopTests
{
    [Fact]
    public async Task AProgramsOwnLoopCarriesEventsAndTimeouts()
    {
        var lines = new List<string>();
        await foreach (var line in Run())
            lines.Add(line);
        Assert.Equal(
        [
            "libvirt has its event loop already: give it yours before the first connection is opened.",
            "timeout",
            "Stopped on the own thread",
            "Started on the own thread",
            "picture",
            "nothing left",
        ], lines);
    }

    [Fact]
    [Trait("Needs", "libvirt")]
    public async Task AProgramsOwnLoopCarriesADaemonsEventsAndKeepAlive()
    {
        await using var libvirtd = await PrivateLibvirtd.Start();
        var guest = Path.Combine(libvirtd.Shares, "guest.xml");
        await File.WriteAllTextAsync(guest, Qemu.Guest(libvirtd));
        var lines = new List<string>();
        await foreach (var line in Run(libvirtd.Uri, guest))
        {
            lines.Add(line);
            if (line == "keep-alive: True")
                await libvirtd.Hang();
        }
        Assert.Equal(["Started on the own thread", "Stopped on the own thread", "keep-alive: True", "closed: Keepalive", "nothing left"], lines);
    }

    [Fact]
    public void OneWhoComesTooLateWithALoopIsToldSo()
    {
        EventLoop.Start();
        Assert.Contains("before the first connection", Assert.Throws<InvalidOperationException>(() => EventLoop.Use(new PollLoop())).Message);
    }

    [Fact]
    public void ATimeoutComesAgainUntilItIsRemoved()
    {
        using var three = new CountdownEvent(3);
        var timer = EventLoop.AddTimeout(1, () =>
        {
            if (!three.IsSet)
                three.Signal();
        });
        Assert.True(three.Wait(TimeSpan.FromSeconds(5)));
        EventLoop.RemoveTimeout(timer);
        Assert.Equal(ErrorNumber.InvalidArg, Assert.Throws<LibvirtException>(() => EventLoop.RemoveTimeout(timer)).Code);
    }

    [Fact]
    public void ADescriptorIsToldOfWhileItIsAsked()
    {
        using var pipe = new System.IO.Pipes.AnonymousPipeServerStream(System.IO.Pipes.PipeDirection.Out);
        using var told = new AutoResetEvent(false);
        var happened = default(EventHandleType);
        var watch = 0;
        using var added = new ManualResetEventSlim();
        watch = EventLoop.AddHandle((int)pipe.ClientSafePipeHandle.DangerousGetHandle(), default, e =>
        {
            added.Wait();
            happened = e;
            EventLoop.UpdateHandle(watch, default);
            told.Set();
        });
        added.Set();
        pipe.WriteByte(1);
        EventLoop.UpdateHandle(watch, EventHandleType.Readable);
        Assert.True(told.WaitOne(TimeSpan.FromSeconds(5)));
        Assert.Equal(EventHandleType.Readable, happened);
        EventLoop.RemoveHandle(watch);
        Assert.Throws<LibvirtException>(() => EventLoop.RemoveHandle(watch));
    }

    [Fact]
    public void WhatWasGivenToTheLoopIsLetGoWhenItIsRemoved()
    {
        var handler = Add();
        Assert.True(SpinWait.SpinUntil(() =>
        {
            GC.Collect();
            return !handler.IsAlive;
        }, TimeSpan.FromSeconds(5)));

        static WeakReference Add()
        {
            var handler = new Handler();
            EventLoop.RemoveTimeout(EventLoop.AddTimeout(1000, handler.Handle));
            return new(handler);
        }
    }

    /// <summary>The lines of <see cref="OwnLoop"/> as they come.</summary>
    private static async IAsyncEnumerable<string> Run(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(OwnLoopTests).Assembly.Location, "own-loop", .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        while (await process.StandardOutput.ReadLineAsync() is { } line)
            yield return line;
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
    }

    private sealed class Handler
    {
        private int _count;

        public void Handle() => _count++;
    }
}
