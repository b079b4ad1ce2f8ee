using System.ComponentModel;
using System.Diagnostics;

namespace Reeve.Engine.Tools.Kinds.CommandTools;

/// <summary>How a program ended.</summary>
/// <param name="ExitCode">Its exit code; null when it was killed from here.</param>
/// <param name="IsTooLong">Whether it wrote more than it may; what is here is the beginning.</param>
/// <param name="Output">What it wrote on standard output.</param>
/// <param name="Errors">What it wrote on standard error.</param>
internal sealed record ProgramEnd(int? ExitCode, bool IsTooLong, byte[] Output, byte[] Errors);

/// <summary>
/// One run of a program: feeds it, reads what it writes, and ends it with everything it started. When it returns, no process of the run is left that can be found, and none of its pipes.
/// </summary>
internal sealed class ProgramRun(string executionId, long outputLimit, TimeProvider clock) : IDisposable
{
    // A program that says too much is let end by itself, so that what it does is done whole; one that never stops talking is killed.
    private const int Patience = 16;

    // How long pipes may stay open after the processes were killed: only who escaped still holds them.
    private static readonly TimeSpan Drain = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource flooded = new();
    private readonly MemoryStream output = new();
    private readonly MemoryStream errors = new();
    private long written;

    /// <summary>How many processes it left that had to be ended.</summary>
    internal int LeftRunning { get; private set; }

    /// <summary>Runs a started program to its end.</summary>
    /// <param name="process">The program, started with its three streams redirected.</param>
    /// <param name="input">What it gets on standard input.</param>
    /// <param name="limit">How long it may take.</param>
    /// <param name="cancellationToken">The time of the attempt is over.</param>
    internal async Task<ProgramEnd> FinishAsync(Process process, ReadOnlyMemory<byte> input, TimeSpan limit, CancellationToken cancellationToken)
    {
        using CancellationTokenSource late = new(limit, clock);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(late.Token, flooded.Token, cancellationToken);
        using CancellationTokenSource close = new(Timeout.InfiniteTimeSpan, clock);
        Task streams = Task.WhenAll(
            FeedAsync(process.StandardInput.BaseStream, input, close.Token),
            ReadAsync(process.StandardOutput.BaseStream, output, close.Token),
            ReadAsync(process.StandardError.BaseStream, errors, close.Token));
        bool hasEnded = await EndsAsync(process, stop.Token);
        if (!hasEnded)
        {
            Kill(process);
        }

        int killed = Survivors.Kill(executionId);
        LeftRunning = hasEnded ? killed : 0;
        close.CancelAfter(Drain);
        if (!hasEnded)
        {
            await EndsAsync(process, close.Token);
        }

        await streams;
        return new ProgramEnd(hasEnded ? process.ExitCode : null, Interlocked.Read(ref written) > outputLimit, output.ToArray(), errors.ToArray());
    }

    /// <inheritdoc/>
    public void Dispose() => flooded.Dispose();

    private static async Task<bool> EndsAsync(Process process, CancellationToken cancellationToken)
    {
        try
        {
            await process.WaitForExitAsync(cancellationToken);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception fault) when (fault is AggregateException or Win32Exception or InvalidOperationException)
        {
            // It ended by itself just now, or became another user's, which only that user and root can end.
            _ = fault;
        }
    }

    private static async Task FeedAsync(Stream stream, ReadOnlyMemory<byte> input, CancellationToken cancellationToken)
    {
        try
        {
            await using (stream)
            {
                await stream.WriteAsync(input, cancellationToken);
            }
        }
        catch (Exception fault) when (fault is IOException or OperationCanceledException)
        {
            // A program need not read what it is given.
            _ = fault;
        }
    }

    private async Task ReadAsync(Stream stream, MemoryStream into, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[16 * 1024];
        try
        {
            // A process disposes only of streams that nobody asked it for.
            await using (stream)
            {
                for (int read = await stream.ReadAsync(buffer, cancellationToken); read > 0; read = await stream.ReadAsync(buffer, cancellationToken))
                {
                    long before = Interlocked.Add(ref written, read) - read;
                    into.Write(buffer, 0, (int)Math.Clamp(outputLimit - before, 0, read));
                    if (before + read > outputLimit * Patience)
                    {
                        await flooded.CancelAsync();
                    }
                }
            }
        }
        catch (Exception fault) when (fault is IOException or OperationCanceledException)
        {
            _ = fault;
        }
    }
}
