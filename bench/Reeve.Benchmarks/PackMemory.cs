using Reeve.Core.Expressions;

namespace Reeve.Benchmarks;

/// <summary>What the conditions of many tenants take in memory once compiled, all of them different.</summary>
internal static class PackMemory
{
    private const int Tenants = 1000;
    private const int Conditions = 200;

    internal static void Measure()
    {
        _ = Expression.Compile("exceptionType == 'warm' && rawPayload.amount > 1", ExpressionMode.Condition);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        Expression[][] packs = new Expression[Tenants][];
        for (int tenant = 0; tenant < Tenants; tenant++)
        {
            packs[tenant] = new Expression[Conditions];
            for (int i = 0; i < Conditions; i++)
            {
                packs[tenant][i] = Expression.Compile(Text(tenant, i), ExpressionMode.Condition);
            }
        }

        long after = GC.GetTotalMemory(forceFullCollection: true);
        Console.WriteLine($"{Tenants:N0} tenants x {Conditions} different conditions: {(after - before) / 1024.0 / 1024.0:F1} MiB, {(after - before) / (double)(Tenants * Conditions):F0} bytes each");
        GC.KeepAlive(packs);
    }

    private static string Text(int tenant, int i) => (i % 4) switch
    {
        0 => $"exceptionType == 'TYPE_{i}' && rawPayload.amount > {tenant * 1000}",
        1 => $"severity == 'HIGH' && region in ['NORTH', 'EAST', 'R{tenant}'] && hoursLate > {i}",
        2 => $"has(rawPayload.customer) && rawPayload.customer.tier == 'T{tenant}' && amount >= {i}.5",
        _ => $"exceptionType == 'TYPE_{tenant}' || rawPayload.route.exists(r, r.hub == 'H{i}')",
    };
}
