using Broker.Backend.VmManagers;

namespace Broker.Backend.Tests.VmManagers;

public sealed class StorageLooksTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public void AFolderThatDoesNotAnswerIsNamedHoldsUpNoOtherAndIsAskedOnce()
    {
        using var answer = new ManualResetEventSlim();
        var asked = 0;
        var looks = new StorageLooks(new Dictionary<string, string> { ["default"] = "/here", ["far"] = "/away" }, Look, TimeSpan.FromMilliseconds(200));

        for (var i = 0; i < 2; i++)
        {
            var all = looks.All();
            Assert.Equal(["default", "far"], all.Select(l => l.Name));
            Assert.Null(all[0].Problem);
            Assert.Contains("/away does not answer", all[1].Problem, StringComparison.Ordinal);
        }

        Assert.Equal(1, asked);
        answer.Set();
        Assert.True(SpinWait.SpinUntil(() => looks.All()[1].Problem is null, Patience));

        StorageLook Look(string name, string folder)
        {
            if (name == "far")
            {
                Interlocked.Increment(ref asked);
                answer.Wait(Patience);
            }

            return new(name, folder, 2, 1, null);
        }
    }
}
