using Reeve.Core.Events;
using Reeve.Governance.Audit;
using Reeve.Testing.Proof;

namespace Reeve.Tests.Governance.Audit;

/// <summary>Any single change of anything that is stored of an event is found, whatever the change and wherever.</summary>
public sealed class RandomTamperTests
{
    private const int Changes = 150;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Any_single_change_is_found(int seed)
    {
        for (int i = 0; i < Changes; i++)
        {
            Random chance = new((seed * 1000) + i);
            TestLog log = TestLog.Example();
            string change = RandomChange.Apply(log, chance);

            AuditReport report = await TamperTests.Verify(log);

            report.IsClean.ShouldBeFalse($"seed {seed}, change {i}: {change}");
        }
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    public async Task Any_few_changes_are_found_and_end_no_check(int seed)
    {
        for (int i = 0; i < Changes; i++)
        {
            Random chance = new((seed * 1000) + i);
            TestLog log = TestLog.Example();
            List<string> changes = [];
            for (int j = chance.Next(2, 6); j > 0; j--)
            {
                changes.Add(RandomChange.Apply(log, chance));
            }

            AuditReport report = await TamperTests.Verify(log);

            // Two changes may undo each other; then the log is what it was.
            bool same = log.Rows.SequenceEqual(TestLog.Example().Rows, SameEvent.Instance);
            report.IsClean.ShouldBe(same, $"seed {seed}, change {i}: {string.Join("; ", changes)}");
            report.Events.ShouldBe(log.Rows.Count);
        }
    }

    private sealed class SameEvent : IEqualityComparer<LoggedEvent>
    {
        internal static readonly SameEvent Instance = new();

        public bool Equals(LoggedEvent? one, LoggedEvent? other) =>
            one! with { Commitment = default, Hash = default, Salt = null, Body = null } == other! with { Commitment = default, Hash = default, Salt = null, Body = null }
            && Same(one.Commitment, other.Commitment) && Same(one.Hash, other.Hash) && Same(one.Salt, other.Salt) && Same(one.Body, other.Body);

        public int GetHashCode(LoggedEvent e) => e.EventId.GetHashCode();

        private static bool Same(ReadOnlyMemory<byte>? one, ReadOnlyMemory<byte>? other) =>
            one is { } left && other is { } right ? left.Span.SequenceEqual(right.Span) : one is null && other is null;
    }
}
