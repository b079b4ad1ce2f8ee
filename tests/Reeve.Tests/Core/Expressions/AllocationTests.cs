using Reeve.Core.Expressions;
using Reeve.Core.Values;

namespace Reeve.Tests.Expressions;

public sealed class AllocationTests
{
    private const string Record = """
        {
          "exceptionType": "X", "severity": "HIGH",
          "rawPayload": { "amount": 250000, "rate": 1.25, "region": "EU", "note": "please check", "text": "1,2",
                          "items": [ { "price": 5 }, { "price": 15 } ], "when": "2026-01-02T03:04:05Z" }
        }
        """;

    [Theory]
    [InlineData("exceptionType == 'X' && rawPayload.amount > 1000")]
    [InlineData("rawPayload.region in ['US', 'EU'] || severity != 'LOW'")]
    [InlineData("rawPayload.note.startsWith('please') && rawPayload.note.contains('check') && rawPayload.note.endsWith('k')")]
    [InlineData("has(rawPayload.amount) && !has(rawPayload.missing.deeper)")]
    [InlineData("rawPayload.items.exists(i, i.price > 10) && rawPayload.items.all(i, i.price > 1) && size(rawPayload.items) == 2")]
    [InlineData("rawPayload.amount * 2 + 1 > 1000 && rawPayload.rate / 2.0 < 1 && rawPayload.amount + rawPayload.rate > 5")]
    [InlineData("rawPayload.missing > 5")]
    [InlineData("rawPayload.text > 5 || rawPayload.missing.startsWith('a') || rawPayload.amount / 0 > 1")]
    [InlineData("rawPayload.items[1].price == 15 && amount == null")]
    [InlineData("rawPayload.note.matches('^please .*k$')")]
    [InlineData("severity == 'HIGH' ? rawPayload.amount > 10 : false")]
    [InlineData("rawPayload.items.exists(i, i.cost > 10)")]
    public void A_condition_allocates_nothing(string text)
    {
        Expression expression = Expression.Compile(text, ExpressionMode.Condition);
        Activation activation = Cel.Of(Record);
        TruthKind expected = expression.Test(activation).Kind;
        for (int i = 0; i < 200; i++)
        {
            expression.Test(activation);
        }

        // The runtime may allocate once while it compiles better code; an evaluation that allocates does so in every round.
        long least = long.MaxValue;
        for (int round = 0; round < 5; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            int same = 0;
            for (int i = 0; i < 10_000; i++)
            {
                same += expression.Test(activation).Kind == expected ? 1 : 0;
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
            same.ShouldBe(10_000);
        }

        least.ShouldBe(0);
    }

    [Fact]
    public void Different_conditions_stay_within_their_memory_budget()
    {
        // 150 MB for 200,000 of them, texts included. Other tests allocate meanwhile, so the best of some looks counts.
        const int Budget = 750;
        long best = long.MaxValue;
        for (int look = 0; look < 5 && best > Budget; look++)
        {
            best = Math.Min(best, BytesPerCondition(look));
        }

        best.ShouldBeLessThanOrEqualTo(Budget);
    }

    private static long BytesPerCondition(int look)
    {
        const int Count = 20_000;
        Expression[] held = new Expression[Count];
        long before = GC.GetTotalMemory(forceFullCollection: true);
        for (int i = 0; i < Count; i++)
        {
            held[i] = Expression.Compile(
                $"exceptionType == 'TYPE{look}_{i}' && rawPayload.amount > {1000 + i} && rawPayload.region in ['A','B']", ExpressionMode.Condition);
        }

        long each = (GC.GetTotalMemory(forceFullCollection: true) - before) / Count;
        GC.KeepAlive(held);
        return each;
    }
}
