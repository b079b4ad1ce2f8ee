using Reeve.Core.Events;
using Reeve.Governance.Audit;
using Reeve.Testing.Proof;

namespace Reeve.Tests.Governance.Audit;

/// <summary>An export lets those who write go first.</summary>
public sealed class ExportPaceTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task It_rests_four_times_as_long_as_it_works_while_others_write(bool othersWrite)
    {
        TestLog log = new();
        for (int i = 0; i < 200; i++)
        {
            log.Commit(1, ("NORTH", EventType.RunStarted, null));
        }

        StepTime clock = new();
        await new AuditExport(log, clock, () => othersWrite).WriteAsync(Stream.Null, new ExportRequest { Product = "test" }, TestContext.Current.CancellationToken);

        // Each reading of the clock is ten milliseconds later than the one before: what was worked between two rests.
        clock.Rests.ShouldBe(othersWrite ? [.. Enumerable.Repeat(TimeSpan.FromMilliseconds(40), 3)] : []);
    }

    private sealed class StepTime : TimeProvider
    {
        private long reads;

        internal List<TimeSpan> Rests { get; } = [];

        public override long TimestampFrequency => 1000;

        public override long GetTimestamp() => reads += 10;

        public override DateTimeOffset GetUtcNow() => TestLog.Begin.AddHours(1);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Rests.Add(dueTime);
            callback(state);
            return new Fired();
        }

        private sealed class Fired : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
                // Nothing is held.
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
