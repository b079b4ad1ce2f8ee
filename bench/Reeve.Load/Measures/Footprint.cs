using System.Globalization;
using Npgsql;
using Reeve.Storage.Databases;

namespace Reeve.Load.Measures;

/// <summary>What was used up to a moment, or between two. What cannot be had on this system is null, and stays so.</summary>
internal readonly record struct Footprint()
{
    /// <summary>Processor time of the processes that run the engine.</summary>
    internal TimeSpan Process { get; init; }

    /// <summary>Processor time of a database server on this machine.</summary>
    internal TimeSpan? Database { get; init; } = TimeSpan.Zero;

    /// <summary>Bytes written to the database: its write-ahead log on PostgreSQL, what the processes gave the disk on SQLite.</summary>
    internal long? Written { get; init; } = 0;

    /// <summary>Processor time of this process.</summary>
    internal TimeSpan Own { get; init; }

    /// <summary>Bytes allocated by this process.</summary>
    internal long Allocated { get; init; }

    /// <summary>How long the garbage collector of this process held it.</summary>
    internal TimeSpan Paused { get; init; }

    public static Footprint operator +(Footprint left, Footprint right) => new()
    {
        Process = left.Process + right.Process,
        Database = left.Database + right.Database,
        Written = left.Written + right.Written,
        Own = left.Own + right.Own,
        Allocated = left.Allocated + right.Allocated,
        Paused = left.Paused + right.Paused,
    };

    public static Footprint operator -(Footprint left, Footprint right) => new()
    {
        Process = left.Process - right.Process,
        Database = left.Database - right.Database,
        Written = left.Written - right.Written,
        Own = left.Own - right.Own,
        Allocated = left.Allocated - right.Allocated,
        Paused = left.Paused - right.Paused,
    };
}

/// <summary>Takes footprints. Not thread-safe.</summary>
internal sealed class FootprintSource : IAsyncDisposable
{
    private readonly NpgsqlConnection? wal;
    private readonly int? postmaster;
    private readonly IReadOnlyList<int> processes;

    private FootprintSource(IReadOnlyList<int> processes, NpgsqlConnection? wal, int? postmaster)
    {
        this.processes = processes;
        this.wal = wal;
        this.postmaster = postmaster;
    }

    /// <summary>What the bytes written are; null when they cannot be had.</summary>
    internal string? WrittenAre => wal is not null ? "write-ahead log of PostgreSQL" : Sum(ProcFiles.WrittenBytes) is not null ? "write_bytes of the process" : null;

    /// <summary>Watches processes and, on PostgreSQL, the server of a store.</summary>
    internal static async Task<FootprintSource> OpenAsync(StoreAddress address, IReadOnlyList<int> processes, CancellationToken cancellationToken)
    {
        if (address.Dialect == Dialect.Sqlite)
        {
            return new FootprintSource(processes, null, null);
        }

        NpgsqlConnection connection = new(new NpgsqlConnectionStringBuilder(address.Target) { Pooling = false, ApplicationName = "reeve-bench" }.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        await using NpgsqlCommand command = new("select pg_backend_pid()", connection);
        int backend = (int)(await command.ExecuteScalarAsync(cancellationToken))!; // not null: a process id
        return new FootprintSource(processes, connection, ProcFiles.PostmasterOf(backend));
    }

    internal async Task<Footprint> TakeAsync(CancellationToken cancellationToken)
    {
        long? written = Sum(ProcFiles.WrittenBytes);
        if (wal is not null)
        {
            await using NpgsqlCommand command = new("select (pg_current_wal_insert_lsn() - '0/0')::bigint", wal);
            written = (long)(await command.ExecuteScalarAsync(cancellationToken))!; // not null: a position
        }

        return new Footprint
        {
            Process = processes is [var only] && only == Environment.ProcessId
                ? Environment.CpuUsage.TotalTime
                : TimeSpan.FromTicks(Sum(static process => ProcFiles.Processor(process)?.Ticks) ?? 0),
            Own = Environment.CpuUsage.TotalTime,
            Database = postmaster is { } server ? ProcFiles.ProcessorWithChildren(server) : null,
            Written = written,
            Allocated = GC.GetTotalAllocatedBytes(),
            Paused = GC.GetTotalPauseDuration(),
        };
    }

    // Null when it cannot be had of one of them.
    private long? Sum(Func<int, long?> of)
    {
        long? sum = 0;
        foreach (int process in processes)
        {
            sum += of(process);
        }

        return sum;
    }

    public async ValueTask DisposeAsync()
    {
        if (wal is not null)
        {
            await wal.DisposeAsync();
        }
    }
}

/// <summary>What Linux tells about processes (proc(5)); null elsewhere, and where it may not be read.</summary>
internal static class ProcFiles
{
    // USER_HZ, which is 100 wherever Linux runs .NET.
    private const double TicksPerSecond = 100;

    /// <summary>Processor time of a process.</summary>
    internal static TimeSpan? Processor(int process) => Stat(process) is { } stat ? Time(stat[11], stat[12]) : null;

    /// <summary>Processor time of a process, of its children, and of those that ended.</summary>
    internal static TimeSpan? ProcessorWithChildren(int process)
    {
        if (Stat(process) is not { } parent)
        {
            return null;
        }

        TimeSpan all = Time(parent[11], parent[12]) + Time(parent[13], parent[14]);
        foreach (string folder in Directory.GetDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out int other) && Stat(other) is { } stat && stat[1] == process.ToString(CultureInfo.InvariantCulture))
            {
                all += Time(stat[11], stat[12]);
            }
        }

        return all;
    }

    /// <summary>The server whose backend has this number, when it runs on this machine.</summary>
    internal static int? PostmasterOf(int backend) =>
        Read($"/proc/{backend}/comm") is { } name && name.StartsWith("postgres", StringComparison.Ordinal) && Stat(backend) is { } stat
            ? int.Parse(stat[1], CultureInfo.InvariantCulture)
            : null;

    /// <summary>Bytes that a process caused to be written to disk.</summary>
    internal static long? WrittenBytes(int process) => Field($"/proc/{process}/io", "write_bytes:");

    /// <summary>Memory of a process that is in use now, in MB (10^6 bytes).</summary>
    internal static double? ResidentMb(int process) => Field($"/proc/{process}/status", "VmRSS:") * 1024 / 1e6;

    /// <summary>The most it ever was.</summary>
    internal static double? PeakMb(int process) => Field($"/proc/{process}/status", "VmHWM:") * 1024 / 1e6;

    private static TimeSpan Time(string user, string system) =>
        TimeSpan.FromSeconds((long.Parse(user, CultureInfo.InvariantCulture) + long.Parse(system, CultureInfo.InvariantCulture)) / TicksPerSecond);

    // The fields from the third on: state, parent, ...; the name before them may hold spaces and brackets.
    private static string[]? Stat(int process) => Read($"/proc/{process}/stat") is { } text ? text[(text.LastIndexOf(')') + 2)..].Split(' ') : null;

    private static long? Field(string file, string name)
    {
        foreach (string line in Read(file)?.Split('\n') ?? [])
        {
            if (line.StartsWith(name, StringComparison.Ordinal))
            {
                return long.Parse(line[name.Length..].Trim().Split(' ')[0], CultureInfo.InvariantCulture);
            }
        }

        return null;
    }

    private static string? Read(string file)
    {
        try
        {
            return OperatingSystem.IsLinux() ? File.ReadAllText(file) : null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // It ended meanwhile, or is another user's.
            return null;
        }
    }
}
