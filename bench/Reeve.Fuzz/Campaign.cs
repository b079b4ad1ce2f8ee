using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Reeve.Fuzz;

/// <summary>What a campaign runs.</summary>
public sealed record CampaignOptions
{
    /// <summary>Where chance begins; with the number of a case it makes the case.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>The first case.</summary>
    public long First { get; init; }

    /// <summary>The case before which it ends.</summary>
    public long Cases { get; init; } = 100_000;

    /// <summary>How long it goes on at most.</summary>
    public TimeSpan Within { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How long a case may take; one that takes longer three times in a row fails.</summary>
    public TimeSpan CaseLimit { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>When a case counts as hung, and the campaign gives up on it.</summary>
    public TimeSpan HangLimit { get; init; } = TimeSpan.FromSeconds(60);
}

/// <summary>One way to fail, seen in one or more cases.</summary>
/// <param name="Signature">What its cases have in common: what escaped and where from, or the promise that was broken.</param>
/// <param name="Case">The first case.</param>
/// <param name="Door">The door.</param>
/// <param name="Detail">All that is known of the first case.</param>
/// <param name="Input">Its input, made smaller.</param>
public sealed record Failure(string Signature, long Case, string Door, string Detail, FuzzInput Input);

/// <summary>What a campaign came to.</summary>
public sealed record CampaignReport
{
    /// <summary>How many cases ran.</summary>
    public required long Ran { get; init; }

    /// <summary>Each way to fail, once.</summary>
    public required IReadOnlyList<Failure> Failures { get; init; }

    /// <summary>How many cases failed.</summary>
    public required long Failed { get; init; }

    /// <summary>How often each door gave each kind of outcome.</summary>
    public required IReadOnlyDictionary<string, long> Kinds { get; init; }

    /// <summary>The longest case, in milliseconds, and its number.</summary>
    public required (double Milliseconds, long Case) Slowest { get; init; }

    /// <summary>The case that did not end; null when all did.</summary>
    public long? Hung { get; init; }
}

/// <summary>
/// Runs cases one after the other on a thread with the smallest stack the product may meet. A case fails when something
/// other than a coded error escapes, a promise is broken, or it takes too long. One campaign per object; not thread-safe.
/// </summary>
public sealed class Campaign(CampaignOptions options, IReadOnlyList<IDoor> doors, TextWriter output, CampaignState? state = null)
{
    // The runtime gives its threads 1.5 MiB; a caller of ours may have used a third of that.
    private const int StackBytes = 1024 * 1024;
    private static readonly TimeSpan ProgressEvery = TimeSpan.FromSeconds(10);

    private readonly Dictionary<string, Failure> failures = [];
    private readonly SortedDictionary<string, long> kinds = new(StringComparer.Ordinal);
    private readonly Stopwatch clock = new();
    private long failed;
    private long ran;
    private long running;
    private long begun;
    private (double Milliseconds, long Case) slowest;

    /// <summary>The door and the input of a case.</summary>
    public (IDoor Door, FuzzInput Input) Make(long number)
    {
        Dice dice = new(options.Seed, number);
        IDoor door = dice.Pick(doors);
        return (door, door.Make(dice));
    }

    /// <summary>Runs the cases.</summary>
    public CampaignReport Run()
    {
        clock.Start();
        begun = clock.ElapsedMilliseconds;
        Thread worker = new(RunCases, StackBytes) { IsBackground = true };
        worker.Start();
        TimeSpan told = TimeSpan.Zero;
        while (!worker.Join(TimeSpan.FromMilliseconds(200)))
        {
            if (clock.ElapsedMilliseconds - Volatile.Read(ref begun) > options.HangLimit.TotalMilliseconds)
            {
                return Report(Volatile.Read(ref running));
            }

            if (clock.Elapsed - told > ProgressEvery)
            {
                told = clock.Elapsed;
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{told.TotalSeconds,6:0} s  case {Volatile.Read(ref running):N0} of {options.Cases:N0}, {Volatile.Read(ref failed)} failed"));
            }
        }

        return Report(hung: null);
    }

    private void RunCases()
    {
        for (long number = options.First; number < options.Cases && clock.Elapsed < options.Within; number++)
        {
            Volatile.Write(ref running, number);
            Volatile.Write(ref begun, clock.ElapsedMilliseconds);
            state?.Begin(number);
            RunCase(number);
            ran++;
            state?.Done(number + 1);
        }
    }

    private void RunCase(long number)
    {
        (IDoor door, FuzzInput input) = Make(number);
        TimeSpan start = clock.Elapsed;
        (string kind, string? signature, string detail) = Judge(door, input);
        TimeSpan took = clock.Elapsed - start;
        if (took.TotalMilliseconds > slowest.Milliseconds)
        {
            slowest = (took.TotalMilliseconds, number);
        }

        for (int again = 0; signature is null && again < 2 && took > options.CaseLimit; again++)
        {
            start = clock.Elapsed;
            Judge(door, input);
            took = clock.Elapsed - start;
        }

        if (signature is null && took > options.CaseLimit)
        {
            (signature, detail) = ($"{door.Name}: too slow", string.Create(CultureInfo.InvariantCulture, $"{took.TotalSeconds:0.0} s, three times"));
        }

        string key = $"{door.Name} {kind}";
        kinds[key] = kinds.GetValueOrDefault(key) + 1;
        if (signature is not null)
        {
            Fail(new Failure(signature, number, door.Name, detail, input), door);
        }
    }

    private void Fail(Failure failure, IDoor door)
    {
        Interlocked.Increment(ref failed);
        if (failures.ContainsKey(failure.Signature))
        {
            return;
        }

        bool slow = failure.Signature.EndsWith("too slow", StringComparison.Ordinal);
        byte[] small = slow ? failure.Input.Bytes : Shrinker.Shrink(failure.Input.Bytes, less =>
        {
            Volatile.Write(ref begun, clock.ElapsedMilliseconds);
            return Judge(door, failure.Input with { Bytes = less }).Signature == failure.Signature;
        });
        Failure kept = failure with { Input = failure.Input with { Bytes = small } };
        failures.Add(failure.Signature, kept);
        state?.Keep($"case {failure.Case} {failure.Signature}");
        output.WriteLine(Describe(kept, options.Seed));
    }

    /// <summary>A failure as people read it, with how to repeat it.</summary>
    public static string Describe(Failure failure, long seed) => string.Create(CultureInfo.InvariantCulture, $"""
        FAILED  {failure.Signature}
          seed {seed}, case {failure.Case}: --seed {seed} --only {failure.Case}
          input {failure.Input.Note} ({failure.Input.Bytes.Length} bytes): {Shown(failure.Input.Bytes)}
          {failure.Detail.ReplaceLineEndings("\n  ")}
        """);

    private static string Shown(byte[] bytes)
    {
        const int most = 1_500;
        StringBuilder text = new();
        foreach (char c in Encoding.UTF8.GetString(bytes.AsSpan(0, Math.Min(most, bytes.Length))))
        {
            text.Append(char.IsControl(c) || char.IsSurrogate(c) ? $"\\u{(int)c:x4}" : c);
        }

        return bytes.Length > most ? text.Append("...").ToString() : text.ToString();
    }

    private static (string Kind, string? Signature, string Detail) Judge(IDoor door, FuzzInput input)
    {
        try
        {
            Outcome outcome = door.Try(input);
            return (outcome.Kind, outcome.Broken is { } broken ? $"{door.Name}: {broken.Split(':')[0]}" : null, outcome.Broken ?? "");
        }
        catch (Exception escaped)
        {
            // Everything that arrives here is what the campaign looks for.
            return ("escaped", $"{door.Name}: {escaped.GetType().Name}{PlaceOf(escaped)}", escaped.ToString());
        }
    }

    private static string PlaceOf(Exception escaped)
    {
        string? frame = escaped.StackTrace?.Split('\n').FirstOrDefault(line => line.Contains(" Reeve.", StringComparison.Ordinal));
        return frame is null ? "" : " " + frame.Trim().Split(" in ")[0];
    }

    private CampaignReport Report(long? hung) => new()
    {
        Ran = ran,
        Failures = [.. failures.Values],
        Failed = failed,
        Kinds = kinds,
        Slowest = slowest,
        Hung = hung,
    };
}
