using BenchmarkDotNet.Attributes;
using Reeve.Core.Decisions;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Engine.Intake;
using Reeve.Engine.Pipeline;
using Reeve.Engine.Runtime;

namespace Reeve.Benchmarks;

/// <summary>The budget of one exception on one core: normalise 10 µs, decide 15 µs, serialise 25 µs.</summary>
public class PipelineBenchmarks
{
    private readonly BoundPolicy policy = BenchPack.Policy();
    private readonly Normaliser normaliser = new(new SeededIds("bench"));
    private readonly ExceptionPipeline pipeline = BenchPack.Pipeline();
    private readonly RunContext run = new(new RunId(Guid.Empty), BenchPack.Now);
    private readonly Arrival arrival;
    private readonly ExceptionResult result;

    /// <summary>Prepares what each benchmark starts from.</summary>
    public PipelineBenchmarks()
    {
        arrival = BenchPack.Arrival(policy);
        result = Decide().Result;
    }

    /// <summary>Raw bytes to a record.</summary>
    [Benchmark]
    public IReadOnlyList<IntakeOutcome> Normalise() => normaliser.Normalise(new RawItem(BenchPack.Raw, null), policy, BenchPack.Now);

    /// <summary>A record through all seven stages, with a plan of three steps.</summary>
    [Benchmark]
    public PassOutcome Decide() => pipeline.DecideAsync(arrival, policy, run, CancellationToken.None).AsTask().GetAwaiter().GetResult();

    /// <summary>The canonical document of all decisions.</summary>
    [Benchmark]
    public byte[] Serialise() => DecisionDocument.Render(result, "d", "p");
}
