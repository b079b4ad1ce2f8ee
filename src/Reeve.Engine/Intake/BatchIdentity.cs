using System.Security.Cryptography;
using Reeve.Core.Calendars;
using Reeve.Core.Errors;
using Reeve.Core.Policies;
using Reeve.Core.Records;

namespace Reeve.Engine.Intake;

/// <summary>What an arrival is to those that came before it in the same run; a closed set.</summary>
public abstract record IdentityOutcome
{
    private IdentityOutcome()
    {
    }

    /// <summary>A new exception.</summary>
    public sealed record New : IdentityOutcome;

    /// <summary>The same delivery again, or one more of an open problem: it makes nothing.</summary>
    /// <param name="Index">The place of the one it repeats, which may itself repeat another.</param>
    /// <param name="Reason">One sentence.</param>
    /// <param name="Turn">For one more of a problem: how many changes the problem had seen before it; null for the same delivery, which comes when it stands.</param>
    public sealed record Repeats(int Index, string Reason, int? Turn) : IdentityOutcome;

    /// <summary>What changes an exception that an earlier arrival of the run made; a closed set.</summary>
    /// <param name="Index">The place of the one that made it.</param>
    /// <param name="Turn">Its place among the changes of the problem, from 0.</param>
    public abstract record Follows(int Index, int Turn) : IdentityOutcome;

    /// <summary>One more delivery of an open problem, of a higher severity by its source: the run repeats for that exception.</summary>
    public sealed record Worse(int Index, int Turn) : Follows(Index, Turn);

    /// <summary>One more delivery of a problem that its source closed, within the window: it is open again.</summary>
    public sealed record Reopens(int Index, int Turn) : Follows(Index, Turn);

    /// <summary>The source says that the problem is over.</summary>
    public sealed record Closes(int Index, int Turn) : Follows(Index, Turn);

    /// <summary>Its exceptionId is taken.</summary>
    public sealed record Refused(ReeveError Error) : IdentityOutcome;
}

/// <summary>
/// Settles, before anything is decided, which arrivals of one run are new (EX-AGENT-INTAKE-5): a delivery is (source,
/// externalId, day), and of equal ones the first in the input counts; a problem is a fingerprint within a window, and of
/// those that arrive together the earliest leads. Not thread-safe.
/// </summary>
public sealed class BatchIdentity(BoundPolicy policy)
{
    /// <summary>The window of a problem when the pack gives none.</summary>
    public static readonly TimeSpan DefaultProblemWindow = TimeSpan.FromHours(24);

    /// <summary>What an arrival is that nothing came before.</summary>
    public static readonly IdentityOutcome First = new IdentityOutcome.New();

    // A close is another delivery than what it closes, even where a source gives both one id.
    private readonly Dictionary<(string Source, string ExternalId, DateOnly Day, bool Closes), int> deliveries = [];
    private readonly Dictionary<string, (int Index, string Source, byte[] PayloadHash)> ids = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Problem> problems = new(StringComparer.Ordinal);

    /// <summary>Settles the arrivals that came next; each with its place in the run. The outcomes are in the same order.</summary>
    public IReadOnlyList<IdentityOutcome> Settle(IReadOnlyList<(Arrival Arrival, int Index)> arrivals)
    {
        IdentityOutcome[] outcomes = new IdentityOutcome[arrivals.Count];
        List<(int At, DateTimeOffset Time, string Hash)> ofProblems = [];
        for (int i = 0; i < arrivals.Count; i++)
        {
            (Arrival arrival, int index) = arrivals[i];
            byte[] hash = SHA256.HashData(arrival.Record.RawBytes.Span);
            outcomes[i] = SettleDelivery(arrival, index, hash);
            if (outcomes[i] is IdentityOutcome.New && arrival.Fingerprint is not null)
            {
                ofProblems.Add((i, arrival.Record.Timestamp, Convert.ToHexStringLower(hash)));
            }
        }

        ofProblems.Sort(static (left, right) => (left.Time, left.Hash, left.At).CompareTo((right.Time, right.Hash, right.At)));
        foreach ((int at, _, _) in ofProblems)
        {
            outcomes[at] = SettleProblem(arrivals[at].Arrival, arrivals[at].Index);
        }

        return outcomes;
    }

    /// <summary>
    /// Forgets what arrived before a place. A problem goes with its first item, so that of one that is known every delivery is.
    /// </summary>
    public void Forget(int before)
    {
        Drop(deliveries, static index => index);
        Drop(ids, static used => used.Index);
        Drop(problems, static problem => problem.Index);

        void Drop<TKey, TValue>(Dictionary<TKey, TValue> known, Func<TValue, int> place)
            where TKey : notnull
        {
            List<KeyValuePair<TKey, TValue>> oldest = [.. known.OrderBy(item => place(item.Value)).TakeWhile(item => place(item.Value) < before)];
            foreach (KeyValuePair<TKey, TValue> item in oldest)
            {
                known.Remove(item.Key);
            }
        }
    }

    private IdentityOutcome SettleDelivery(Arrival arrival, int index, byte[] hash)
    {
        if (FindDelivery(arrival) is { } first)
        {
            return new IdentityOutcome.Repeats(first, "The same delivery arrived before.", null);
        }

        string id = arrival.Record.ExceptionId.Value;
        if (arrival.IdGiven && ids.TryGetValue(id, out (int Index, string Source, byte[] PayloadHash) used))
        {
            return string.Equals(used.Source, arrival.Record.SourceSystem) && used.PayloadHash.AsSpan().SequenceEqual(hash)
                ? new IdentityOutcome.Repeats(used.Index, "The same payload arrived before under the same exceptionId.", null)
                : new IdentityOutcome.Refused(new ReeveError(
                    ErrorCatalogue.Intake.IdInUse, $"The id is used by item {used.Index} of this input.", "/exceptionId"));
        }

        ids.TryAdd(id, (index, arrival.Record.SourceSystem, hash));
        if (arrival.ExternalId is not null)
        {
            deliveries[(arrival.Record.SourceSystem, arrival.ExternalId, Day(arrival), arrival.Closes)] = index;
        }

        return First;
    }

    private int? FindDelivery(Arrival arrival)
    {
        if (arrival.ExternalId is null)
        {
            return null;
        }

        DateOnly day = Day(arrival);
        if (deliveries.TryGetValue((arrival.Record.SourceSystem, arrival.ExternalId, day, arrival.Closes), out int index))
        {
            return index;
        }

        // Without a time of its own a delivery may have been repeated across midnight.
        return !arrival.TimestampGiven && deliveries.TryGetValue((arrival.Record.SourceSystem, arrival.ExternalId, day.AddDays(-1), arrival.Closes), out index)
            ? index
            : null;
    }

    private IdentityOutcome SettleProblem(Arrival arrival, int index)
    {
        bool known = problems.TryGetValue(arrival.Fingerprint!, out Problem problem); // not null: its caller asked
        DateTimeOffset at = arrival.Record.Timestamp;
        if (arrival.Closes)
        {
            if (!known || problem.ClosedAt is not null)
            {
                return new IdentityOutcome.New();
            }

            problems[arrival.Fingerprint!] = problem with { ClosedAt = at, Turns = problem.Turns + 1 };
            return new IdentityOutcome.Closes(problem.Index, problem.Turns);
        }

        Severity? severity = Reported(arrival);
        if (!known || (problem.ClosedAt is { } closedAt && at >= Window(closedAt)))
        {
            problems[arrival.Fingerprint!] = new Problem(index, severity, null, 0);
            return new IdentityOutcome.New();
        }

        bool worse = severity > problem.Severity;
        bool reopens = problem.ClosedAt is not null;
        problems[arrival.Fingerprint!] = problem with
        {
            ClosedAt = null,
            Severity = worse ? severity : problem.Severity,
            Turns = worse || reopens ? problem.Turns + 1 : problem.Turns,
        };
        return worse ? new IdentityOutcome.Worse(problem.Index, problem.Turns)
            : reopens ? new IdentityOutcome.Reopens(problem.Index, problem.Turns)
            : new IdentityOutcome.Repeats(problem.Index, "One more delivery of a problem that is open.", problem.Turns);
    }

    private DateTimeOffset Window(DateTimeOffset closedAt) =>
        policy.Domain.ProblemWindow is { } window ? window.AddTo(closedAt, policy.Calendars.Find) : closedAt + DefaultProblemWindow;

    private static DateOnly Day(Arrival arrival) => DateOnly.FromDateTime(arrival.Record.Timestamp.UtcDateTime);

    private static Severity? Reported(Arrival arrival) =>
        arrival.Record.NormalizedContext["reportedSeverity"].StringOrNull() is { } text && Wire.TryParse(text, out Severity severity) ? severity : null;

    private readonly record struct Problem(int Index, Severity? Severity, DateTimeOffset? ClosedAt, int Turns);
}
