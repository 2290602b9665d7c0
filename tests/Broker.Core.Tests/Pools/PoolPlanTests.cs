using Broker.Core.Pools;

namespace Broker.Core.Tests.Pools;

public class PoolPlanTests
{
    [Fact]
    public void WhatIsAskedForFillsThePoolAndNotMore()
    {
        var random = new Random(24);
        for (var i = 0; i < 20_000; i++)
        {
            var clones = random.Next(20);
            var start = random.Next(clones + 1);
            var free = random.Next(20);
            var up = random.Next(free + 1);
            var off = random.Next(free - up + 1);
            var has = new PoolCounts(free + random.Next(20), free, up, off);
            var plan = PoolPlan.Of(clones, start, has);

            Assert.Equal(Math.Max(clones, has.Members), has.Members + plan.Make);
            Assert.InRange(plan.Start, 0, off);
            Assert.InRange(plan.StartMade, 0, plan.Make);
            var running = up + plan.Start + plan.StartMade;
            // enough run, or all that can do; and none is started beyond
            Assert.True(running >= start || (plan.Start == off && plan.StartMade == plan.Make));
            Assert.True(running <= Math.Max(start, up));

            var done = new PoolCounts(has.Members + plan.Make, free + plan.Make, running, off - plan.Start + plan.Make - plan.StartMade);
            Assert.True(PoolPlan.Of(clones, start, done).IsEmpty);
            Assert.Equal(plan.IsEmpty, plan.OneStep().IsEmpty);
            Assert.InRange(plan.OneStep().Make + plan.OneStep().Start, 0, 1);
        }
    }

    [Theory]
    [InlineData(0, 0, true)]
    [InlineData(3, 3, true)]
    [InlineData(3, 4, false)]
    [InlineData(-1, 0, false)]
    [InlineData(3, -1, false)]
    [InlineData(PoolPlan.MostClones + 1, 0, false)]
    public void NoMoreRunThanThereAre(int clones, int start, bool isRight) => Assert.Equal(isRight, !PoolPlan.Problems(clones, start).Any());
}
