using Broker.Backend.Displays;
using Broker.Backend.Nodes;
using Broker.Backend.VmManagers;
using Broker.Core.Domains;
using Broker.Core.Requests.Domains;

namespace Broker.Backend.Requests.Domains;

/// <summary>Turns a machine off because something is to be done with its disks.</summary>
internal static class SwitchOff
{
    private static readonly TimeSpan TimeToShutDown = TimeSpan.FromSeconds(60);

    /// <summary>Presses its power button, and pulls the plug when it does not listen.</summary>
    /// <exception cref="RequestFailedException"><c>hibernated</c>: its disks are in the middle of something that only the saved memory knows.</exception>
    public static async Task Gently(DomainRow domain, Node node, Work work, TimeProvider clock)
    {
        var report = await work.Look(node, domain.Id);
        if (report?.Power is Power.Saved) throw Hibernated(domain);
        if (report?.Power is not (Power.Running or Power.Paused)) return;
        await Picture.Keep(domain, node, work);
        await work.Step(10, "Shutting it down first");
        await work.On(node, Gate.Stop, vm => PowerButton.Press(vm, report));
        var began = clock.GetTimestamp();
        while (await work.Look(node, domain.Id) is { Power: Power.Running or Power.Paused })
        {
            if (clock.GetElapsedTime(began) > TimeToShutDown)
            {
                await work.Step(30, "It does not shut down by itself: switching it off");
                await work.On(node, Gate.Stop, vm => vm.Destroy(domain.Id));
                return;
            }

            await Task.Delay(TimeSpan.FromSeconds(0.3), clock, work.Interrupt);
        }
    }

    /// <summary>What its memory knows of its disks has to stay true.</summary>
    public static RequestFailedException Hibernated(DomainRow domain) =>
        new("hibernated", $"{domain.Name} is hibernated: start it and shut it down first, or discard its memory with {ForceShutdownDomain.Spec.Word}.");
}
