using Broker.EndToEnd;

namespace Broker.Benchmarks;

/// <summary>
/// From the click of somebody new on a base, of which desktops are kept running, until the guest's own colour is in his browser; against the same click of the same
/// person on what is his by then, where nothing has to be handed out.
/// </summary>
internal static class OpenBench
{
    private const int People = 6;
    private const string Base = "ready";

    public static async Task Run()
    {
        var libvirt = new LibvirtStage();
        try
        {
            await libvirt.InitializeAsync();
            await libvirt.NewPool(Base, running: People);
            List<double> warm = [], again = [];
            for (var i = 0; i < People; i++)
            {
                await using var visitor = await Visitor.Arrive(libvirt.Stage.Address);
                await visitor.SignIn(await libvirt.Stage.NewStudent());
                warm.Add(await visitor.OpenUntil(Base, Paint.Magenta));
                await visitor.Page.GotoAsync("/");
                again.Add(await visitor.OpenUntil(Base, Paint.Magenta));
            }

            Figures.Print("open.warm_ms", Figures.Percentile(warm, 0.5));
            Figures.Print("open.warm_max_ms", warm.Max());
            Figures.Print("open.again_ms", Figures.Percentile(again, 0.5));
            Figures.Print("open.warm_ratio", Figures.Percentile(warm, 0.5) / Figures.Percentile(again, 0.5));
        }
        finally
        {
            await libvirt.DisposeAsync();
        }
    }
}
