using System.Text.Json.Serialization;
using Broker.Backend.Domains;
using Broker.Backend.Nodes;
using Broker.Backend.VmManagers;
using Broker.Core.Domains;
using Broker.Core.Requests.Volumes;

namespace Broker.Backend.Requests.Volumes;

/// <summary>Changes what is in a CD drive; a machine that is off and has no drive gets one.</summary>
public sealed class ChangeCdHandler : IHandler<ChangeCd>
{
    private const string Later = "It takes effect when the machine is started the next time.";

    /// <inheritdoc/>
    public async Task<object?> Handle(ChangeCd request, Work work)
    {
        var change = await DiskChange.Begin(request.Domain, work);
        var (domain, node) = (change.Domain, change.Node);
        if (request.File is { } file && await work.On(node, Gate.Read, vm => vm.Disks.FindCd(file)) is null)
            throw new RequestFailedException("no_cd", $"The library of {node.Row.Name} has no image of a CD called '{file}'. Copy it there first.");

        var drives = await work.Read(db => CdDrivesTable.Of(db, domain.Id));
        var isNew = drives.Count == 0 || (request.Target is not null && drives.All(d => d.Target != request.Target));
        if (isNew && request.Target is not null) throw new RequestFailedException("no_drive", $"{domain.Name} has no CD drive {request.Target}.");
        if (isNew && request.File is null) throw new RequestFailedException("no_drive", $"{domain.Name} has no CD drive, so there is nothing to take out.");
        var disks = await work.Read(db => VolumesTable.Of(db, domain.Id));
        var target = isNew ? change.FreeTarget("hd", [.. disks.Select(v => v.Target)]) : request.Target ?? drives[0].Target;

        var drive = new CdDriveRow { DomainId = domain.Id, Target = target, File = request.File };
        await work.Write(db => CdDrivesTable.Put(db, drive));
        await work.Step(50, request.File is null ? "Taking the CD out" : "Putting the CD in");
        var spec = await work.Read(db => Specs.Of(db, domain, node));
        var isDone = await work.On(node, Gate.Disk, vm =>
        {
            if (!change.IsOn) vm.Define(spec);
            else if (isNew || vm.As<ICanChangeCds>() is not { } live) return false;
            else live.ChangeCd(domain.Id, spec.Cds.First(c => c.Target == target));
            return true;
        });
        return new Outcome(domain.Id, target, isDone ? null : Later);
    }

    private sealed record Outcome(Guid Domain, string Target, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Warning);
}
