using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Reeve.Benchmarks;

// `dotnet run -c Release --project bench/Reeve.Benchmarks -- --filter '*'` measures times and allocations;
// `-- memory` measures what compiled packs take, `-- gate` how long the slowest of 200,000 decisions of the tool gate take. Figures and how they were taken: docs/performance.md.
if (args is ["memory", ..])
{
    PackMemory.Measure();
    return;
}

if (args is ["gate", ..])
{
    await GateBenchmarks.MeasureAsync();
    return;
}

ManualConfig config = ManualConfig.CreateEmpty()
    .AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance).WithWarmupCount(5).WithIterationCount(7))
    .AddDiagnoser(MemoryDiagnoser.Default)
    .AddColumnProvider(DefaultColumnProviders.Instance)
    .AddColumn(StatisticColumn.OperationsPerSecond)
    .AddExporter(MarkdownExporter.GitHub)
    .AddLogger(ConsoleLogger.Default);
BenchmarkSwitcher.FromAssembly(typeof(PipelineBenchmarks).Assembly).Run(args, config);
