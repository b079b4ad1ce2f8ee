using System.Diagnostics;
using Reeve.Load.Measures;

namespace Reeve.Load.Targets;

/// <summary>What a stretch of load came to.</summary>
/// <param name="Accepted">Exceptions that were accepted.</param>
/// <param name="TooMany">Submits that were refused because their tenant had too much under way (429).</param>
/// <param name="Errors">Other submits of which not every exception was accepted.</param>
/// <param name="FirstError">What was wrong with the first of them; null when none was.</param>
/// <param name="Took">From the beginning to the last answer.</param>
/// <param name="Latencies">How long each submit took.</param>
internal sealed record Stretch(long Accepted, long TooMany, long Errors, string? FirstError, TimeSpan Took, LatencyHistogram Latencies);

/// <summary>
/// Callers that submit and wait. In a closed loop each begins anew when its last submit was answered. In an open loop submits begin at
/// fixed times, and a latency is counted from the time at which a submit was to begin, so that what waits while the target is stuck is
/// counted as waiting.
/// </summary>
/// <param name="options">How many callers, how long, how often.</param>
/// <param name="target">Whom they submit to.</param>
/// <param name="firstTenant">The number of the first of their tenants.</param>
internal sealed class Callers(LoadOptions options, ITarget target, int firstTenant = 0)
{
    // A caller that was told that it is too many comes again after this, whatever it was told: it knows no limit.
    private static readonly TimeSpan Again = TimeSpan.FromMilliseconds(10);

    private long taken;
    private long accepted;
    private long tooMany;
    private long errors;
    private string? firstError;

    /// <summary>Runs for so long.</summary>
    internal async Task<Stretch> RunAsync(TimeSpan length, CancellationToken cancellationToken)
    {
        taken = accepted = tooMany = errors = 0;
        firstError = null;
        long began = Stopwatch.GetTimestamp();
        Task<LatencyHistogram>[] callers = new Task<LatencyHistogram>[options.Callers];
        for (int i = 0; i < callers.Length; i++)
        {
            callers[i] = Task.Run(() => CallAsync(began, length, cancellationToken), cancellationToken);
        }

        LatencyHistogram latencies = new();
        foreach (LatencyHistogram of in await Task.WhenAll(callers))
        {
            latencies.Add(of);
        }

        return new Stretch(accepted, tooMany, errors, firstError, Stopwatch.GetElapsedTime(began), latencies);
    }

    private async Task<LatencyHistogram> CallAsync(long began, TimeSpan length, CancellationToken cancellationToken)
    {
        LatencyHistogram latencies = new();
        while (true)
        {
            long number = Interlocked.Increment(ref taken) - 1;
            TimeSpan due = options.Rate is { } rate ? TimeSpan.FromSeconds(number * options.Batch / rate) : Stopwatch.GetElapsedTime(began);
            if (due >= length)
            {
                return latencies;
            }

            // What is late begins at once. A timer's tick is a millisecond, which counts as latency here.
            TimeSpan early = due - Stopwatch.GetElapsedTime(began);
            if (early > TimeSpan.Zero)
            {
                await Task.Delay(early, cancellationToken);
            }

            await SubmitAsync(firstTenant + (int)(number % options.Tenants), cancellationToken);
            latencies.Record(Stopwatch.GetElapsedTime(began) - due);
        }
    }

    private async Task SubmitAsync(int tenant, CancellationToken cancellationToken)
    {
        try
        {
            Submitted done = await target.SubmitAsync(tenant, options.Batch, cancellationToken);
            Interlocked.Add(ref accepted, done.Accepted);
            if (done.IsTooMany)
            {
                Interlocked.Increment(ref tooMany);
                await Task.Delay(Again, cancellationToken);
            }
            else if (done.Accepted < options.Batch)
            {
                Fail(done.Error ?? $"{options.Batch - done.Accepted} of {options.Batch} exceptions were not accepted as new.");
            }
        }
        catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
        {
            Fail(fault.Message);
        }
    }

    private void Fail(string why)
    {
        Interlocked.Increment(ref errors);
        Interlocked.CompareExchange(ref firstError, why, null);
    }
}
