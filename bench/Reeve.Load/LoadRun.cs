using System.Globalization;
using System.Security.Cryptography;
using Reeve.Load.Ceilings;
using Reeve.Load.Measures;
using Reeve.Load.Targets;
using Reeve.Server.Hosting;
using Reeve.Storage.Databases;

namespace Reeve.Load;

/// <summary>One measurement: open, warm up, measure, and then the same store without Reeve.</summary>
/// <param name="options">What is measured.</param>
/// <param name="progress">Where to say what is being done.</param>
public sealed class LoadRun(LoadOptions options, TextWriter progress)
{
    // Below this the machine was not fit to measure: something beside the run held disk or processor.
    private const double LeastCeiling = 20_000;

    private static readonly TimeSpan GeneratorLength = TimeSpan.FromSeconds(0.5);

    private readonly StoreAddress address = StoreAddress.Parse(options.Store, Environment.CurrentDirectory);
    private readonly Payloads payloads = NewPayloads(options);

    /// <summary>Measures. The store must be empty or one that this made.</summary>
    /// <exception cref="Core.Errors.ReeveException">The store cannot be opened, read or written.</exception>
    /// <exception cref="FormatException">The store is somebody's, or a server does not start.</exception>
    public async Task<LoadReport> RunAsync(CancellationToken cancellationToken)
    {
        if (options.Stored + options.StoredFull > 0)
        {
            await new Prefill(address, options, payloads, progress).FillAsync(cancellationToken);
        }

        Measured measured;
        progress.WriteLine($"opening {options.Tenants} tenants ...");
        await using (Rig rig = await Rig.OpenAsync(address, options, payloads, cancellationToken))
        {
            measured = await MeasureAsync(rig, cancellationToken);
        }

        CeilingRows rows = await ReadRowsAsync(address, options, cancellationToken);
        CeilingResult? ceiling = null;
        if (options.CeilingSeconds > 0)
        {
            progress.WriteLine($"the database alone for {options.CeilingSeconds} s ...");
            await using FootprintSource footprints = await FootprintSource.OpenAsync(address, [Environment.ProcessId], cancellationToken);
            ceiling = await Ceiling.MeasureAsync(address, rows, options.CeilingSeconds, footprints, cancellationToken);
        }

        return Report(measured, rows, ceiling);
    }

    /// <summary>What real exceptions wrote; the store must hold some, and nobody else may have its file.</summary>
    internal static async Task<CeilingRows> ReadRowsAsync(StoreAddress address, LoadOptions options, CancellationToken cancellationToken)
    {
        await using StoreSession session = await LoadTenants.OpenAsync(address, options, cancellationToken);
        return await CeilingRows.ReadAsync(session, options.Tenants, cancellationToken);
    }

    /// <summary>Exceptions whose ids no other run makes, unless it has the same seed.</summary>
    internal static Payloads NewPayloads(LoadOptions options) => new(
        options.Seed is { } given ? given.ToString("X", CultureInfo.InvariantCulture) : Convert.ToHexString(RandomNumberGenerator.GetBytes(4)), TimeProvider.System);

    private async Task<Measured> MeasureAsync(Rig rig, CancellationToken cancellationToken)
    {
        using CommitWatch commits = new();
        await using FootprintSource footprints = await FootprintSource.OpenAsync(address, rig.Processes, cancellationToken);
        Callers callers = new(options, rig.Target);
        progress.WriteLine($"warming up for {options.Warmup} s ...");
        await callers.RunAsync(TimeSpan.FromSeconds(options.Warmup), cancellationToken);
        progress.WriteLine($"measuring for {options.Seconds} s ...");
        _ = commits.Take();
        Footprint before = await footprints.TakeAsync(cancellationToken);
        BackupLoop backups = new(rig.Backups, options.Backup is { } file ? Path.GetFullPath(file) : null);
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task copying = backups.RunAsync(over.Token);
        Stretch stretch = await callers.RunAsync(TimeSpan.FromSeconds(options.Seconds), cancellationToken);
        Footprint spent = await footprints.TakeAsync(cancellationToken) - before;
        (LatencyHistogram latencies, double? outcomes) = commits.Take();
        await over.CancelAsync();
        await copying;
        Measured measured = new(rig, stretch, spent)
        {
            Commits = latencies,
            OutcomesPerCommit = outcomes,
            ResidentMb = rig.Processes.Count == 0 ? null : rig.Processes.Sum(ProcFiles.ResidentMb),
            PeakMb = rig.Processes.Count == 0 ? null : rig.Processes.Sum(ProcFiles.PeakMb),
            WrittenAre = footprints.WrittenAre,
            Backups = backups,
        };
        if (!rig.IsHere)
        {
            return measured with { GeneratorCpu = spent.Own.TotalSeconds / stretch.Accepted };
        }

        (double cpu, double bytes) = await GeneratorAsync(footprints, cancellationToken);
        return measured with { GeneratorCpu = cpu, GeneratorBytes = bytes };
    }

    private LoadReport Report(Measured measured, CeilingRows rows, CeilingResult? ceiling)
    {
        Stretch stretch = measured.Stretch;
        Footprint spent = measured.Spent;
        double perSecond = stretch.Accepted / stretch.Took.TotalSeconds;
        double processes = spent.Process.TotalSeconds / stretch.Accepted;
        double? database = spent.Database?.TotalSeconds / stretch.Accepted;
        double? engine = measured.IsHere ? processes - measured.GeneratorCpu : measured.IsKnown ? processes : null;
        return new LoadReport
        {
            Store = address.Dialect == Dialect.Sqlite ? "sqlite" : "postgres",
            Via = options.Via == Via.Process ? "process" : "http",
            Commit = options.CommitsStages ? "stage" : "once",
            Nodes = measured.Nodes,
            Callers = options.Callers,
            Tenants = options.Tenants,
            Batch = options.Batch,
            Rate = options.Rate,
            PayloadBytes = payloads.Length,
            Seconds = stretch.Took.TotalSeconds,
            Exceptions = stretch.Accepted,
            TooMany = stretch.TooMany,
            Errors = stretch.Errors,
            FirstError = stretch.FirstError,
            ExceptionsPerSecond = perSecond,
            CeilingPerSecond = ceiling?.PerSecond,
            Ratio = ceiling is null ? null : ceiling.PerSecond < LeastCeiling ? "invalid" : perSecond / ceiling.PerSecond,
            RowsPerException = rows.RowsPerException,
            BodyBytesPerException = rows.BodyBytesPerException,
            BytesPerException = measured.IsKnown || address.Dialect == Dialect.Postgres ? (double?)spent.Written / stretch.Accepted : null,
            CeilingBytesPerException = (double?)ceiling?.Spent.Written / ceiling?.Exceptions,
            BytesAre = measured.WrittenAre,
            P50Ms = stretch.Latencies.Milliseconds(500),
            P95Ms = stretch.Latencies.Milliseconds(950),
            P99Ms = stretch.Latencies.Milliseconds(990),
            P999Ms = stretch.Latencies.Milliseconds(999),
            MaxMs = stretch.Latencies.Milliseconds(1000),
            CommitP99Ms = measured.Commits.Milliseconds(990),
            OutcomesPerCommit = measured.OutcomesPerCommit,
            CeilingCommitP99Ms = ceiling?.Commits.Milliseconds(990),
            Backups = options.Backup is null ? null : measured.Backups.Made,
            BackupBytes = options.Backup is null ? null : measured.Backups.Bytes,
            BackupLongestSliceMs = options.Backup is null ? null : measured.Backups.LongestSlice.TotalMilliseconds,
            RssMb = measured.ResidentMb,
            PeakRssMb = measured.PeakMb,
            CpuSecondsPerException = (engine ?? 0) + measured.GeneratorCpu + (database ?? 0),
            EngineCpuSecondsPerException = engine,
            GeneratorCpuSecondsPerException = measured.GeneratorCpu,
            DatabaseCpuSecondsPerException = database,
            CeilingCpuSecondsPerException = ceiling is null ? null : (ceiling.Spent.Process + (ceiling.Spent.Database ?? TimeSpan.Zero)).TotalSeconds / ceiling.Exceptions,
            BytesAllocatedPerException = measured.IsHere ? (spent.Allocated / (double)stretch.Accepted) - measured.GeneratorBytes : null,
            GcPausePercent = measured.IsHere ? 100 * (spent.Paused / stretch.Took) : null,
        };
    }

    // The same callers with nobody to submit to.
    private async Task<(double Cpu, double Bytes)> GeneratorAsync(FootprintSource footprints, CancellationToken cancellationToken)
    {
        Callers idle = new(options with { Rate = null }, new NoTarget(payloads));
        await idle.RunAsync(GeneratorLength / 5, cancellationToken);
        Footprint before = await footprints.TakeAsync(cancellationToken);
        Stretch made = await idle.RunAsync(GeneratorLength, cancellationToken);
        Footprint spent = await footprints.TakeAsync(cancellationToken) - before;
        return (spent.Process.TotalSeconds / made.Accepted, spent.Allocated / (double)made.Accepted);
    }

    private sealed record Measured(Rig Rig, Stretch Stretch, Footprint Spent)
    {
        internal required LatencyHistogram Commits { get; init; }

        internal required double? OutcomesPerCommit { get; init; }

        internal required double? ResidentMb { get; init; }

        internal required double? PeakMb { get; init; }

        internal required string? WrittenAre { get; init; }

        internal required BackupLoop Backups { get; init; }

        internal double GeneratorCpu { get; init; }

        internal double GeneratorBytes { get; init; }

        internal int Nodes => Rig.Nodes;

        internal bool IsHere => Rig.IsHere;

        /// <summary>Whether the engine's processes can be watched.</summary>
        internal bool IsKnown => Rig.Processes.Count > 0;
    }
}
