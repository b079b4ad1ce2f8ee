using System.Globalization;
using BenchmarkDotNet.Attributes;
using Reeve.Core.Records;

namespace Reeve.Benchmarks;

/// <summary>What the gate decides of one call: eleven checks, the target, the digest, four arguments against their schema.</summary>
public class GateBenchmarks
{
    private const int Judged = 200_000;
    private const int WarmUp = 20_000;

    private readonly BenchGate bench = new();

    /// <summary>One judgement.</summary>
    [Benchmark]
    public async Task<PolicyVerdict> Judge() => (await bench.Gate.JudgeAsync(bench.Call, CancellationToken.None)).Verdict;

    /// <summary>Judges one call after another and prints how long the slowest took: what a mean does not show.</summary>
    internal static async Task MeasureAsync()
    {
        GateBenchmarks benchmark = new();
        if ((await benchmark.bench.Gate.JudgeAsync(benchmark.bench.Call, CancellationToken.None)).Decisive is { } refusal)
        {
            throw new InvalidOperationException($"The call is refused at {refusal.Check}: {refusal.Reason}");
        }

        long[] took = new long[Judged];
        for (int i = -WarmUp; i < Judged; i++)
        {
            long began = TimeProvider.System.GetTimestamp();
            _ = await benchmark.Judge();
            if (i >= 0)
            {
                took[i] = TimeProvider.System.GetTimestamp() - began;
            }
        }

        Array.Sort(took);
        foreach (double share in (double[])[0.5, 0.99, 0.999])
        {
            double microseconds = took[(int)(share * Judged)] * 1e6 / TimeProvider.System.TimestampFrequency;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"p{share * 100:0.#}: {microseconds:0.0} µs"));
        }
    }
}
