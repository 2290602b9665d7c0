namespace Broker.Backend.VmManagers.Libvirt;

/// <summary>What a running guest's disk lies on is pulled into it, by QEMU itself.</summary>
internal sealed partial class LibvirtNode
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(100);

    public void Detach(Guid id, DiskSpec disk, IProgress<int> percent, CancellationToken cancel)
    {
        Work($"{disk.Path} could not be made to stand alone", _saves, () =>
        {
            using var domain = Find(id, _saves) ?? throw Unknown(id);
            if (!domain.IsActive()) throw new VmException($"{domain.GetName()} is off: its disks can't be copied while it runs.");
            percent.Report(0);
            // A pull goes on in QEMU when whoever asked for it is gone: it is waited for, not begun anew.
            if (domain.GetBlockJobInfo(disk.Target) is null && Qcow2Overlay.BackingOf(disk.Path) is not null) domain.BlockPull(disk.Target, 0);
            while (domain.GetBlockJobInfo(disk.Target) is { } job)
            {
                if (cancel.IsCancellationRequested)
                {
                    domain.BlockJobAbort(disk.Target);
                    return;
                }

                if (job.End > 0) percent.Report((int)Math.Min(99, job.Cur * 100 / job.End));
                _lost.Token.WaitHandle.WaitOne(BetweenLooks);
                StopIfLost();
            }

            if (Qcow2Overlay.BackingOf(disk.Path) is not null)
                throw new VmException($"{disk.Path} still lies on its base: the copy was broken off. QEMU's own log is in /var/log/libvirt/qemu.");
            percent.Report(100);
        });
        cancel.ThrowIfCancellationRequested();
    }
}
