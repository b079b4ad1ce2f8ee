using System.Security.Cryptography;
using Reeve.Core.Calendars;
using Reeve.Core.Errors;
using Reeve.Core.Policies;

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
    /// <param name="Index">The place of the one it repeats.</param>
    /// <param name="Reason">One sentence.</param>
    public sealed record Repeats(int Index, string Reason) : IdentityOutcome;

    /// <summary>The source says that an earlier problem is over.</summary>
    /// <param name="Index">The place of the one it closes.</param>
    public sealed record Closes(int Index) : IdentityOutcome;

    /// <summary>Its exceptionId is taken.</summary>
    public sealed record Refused(ReeveError Error) : IdentityOutcome;
}

/// <summary>
/// Settles, in the order of arrival and before anything is decided, which arrivals of one run are new (EX-AGENT-INTAKE-5):
/// a delivery is (source, externalId, day), a problem is a fingerprint within a window. Not thread-safe.
/// </summary>
public sealed class BatchIdentity(BoundPolicy policy)
{
    /// <summary>The window of a problem when the pack gives none.</summary>
    public static readonly TimeSpan DefaultProblemWindow = TimeSpan.FromHours(24);

    // A close is another delivery than what it closes, even where a source gives both one id.
    private readonly Dictionary<(string Source, string ExternalId, DateOnly Day, bool Closes), int> deliveries = [];
    private readonly Dictionary<string, (int Index, string Source, byte[] PayloadHash)> ids = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Problem> problems = new(StringComparer.Ordinal);

    /// <summary>Settles the next arrival; <paramref name="index"/> is its place in the run.</summary>
    public IdentityOutcome Settle(Arrival arrival, int index)
    {
        byte[] hash = SHA256.HashData(arrival.Record.RawBytes.Span);
        if (FindDelivery(arrival) is { } first)
        {
            return new IdentityOutcome.Repeats(first, "The same delivery arrived before.");
        }

        string id = arrival.Record.ExceptionId.Value;
        if (arrival.IdGiven && ids.TryGetValue(id, out (int Index, string Source, byte[] PayloadHash) used))
        {
            return string.Equals(used.Source, arrival.Record.SourceSystem) && used.PayloadHash.AsSpan().SequenceEqual(hash)
                ? new IdentityOutcome.Repeats(used.Index, "The same payload arrived before under the same exceptionId.")
                : new IdentityOutcome.Refused(new ReeveError(
                    ErrorCatalogue.Intake.IdInUse, $"The id is used by item {used.Index} of this input.", "/exceptionId"));
        }

        IdentityOutcome outcome = SettleProblem(arrival, index);
        int owner = outcome switch
        {
            IdentityOutcome.Repeats repeats => repeats.Index,
            IdentityOutcome.Closes closes => closes.Index,
            _ => index,
        };
        ids.TryAdd(id, (owner, arrival.Record.SourceSystem, hash));
        if (arrival.ExternalId is not null)
        {
            deliveries[(arrival.Record.SourceSystem, arrival.ExternalId, Day(arrival), arrival.Closes)] = owner;
        }

        return outcome;
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
        if (arrival.Fingerprint is not { } fingerprint)
        {
            return new IdentityOutcome.New();
        }

        bool known = problems.TryGetValue(fingerprint, out Problem problem);
        DateTimeOffset at = arrival.Record.Timestamp;
        if (arrival.Closes)
        {
            if (!known || problem.ClosedAt is not null)
            {
                return new IdentityOutcome.New();
            }

            problems[fingerprint] = problem with { ClosedAt = at };
            return new IdentityOutcome.Closes(problem.Index);
        }

        bool same = known && (problem.ClosedAt is not { } closedAt || at < Window(closedAt));
        problems[fingerprint] = same ? problem with { ClosedAt = null } : new Problem(index, null);
        return same
            ? new IdentityOutcome.Repeats(problem.Index, "One more delivery of a problem that is open.")
            : new IdentityOutcome.New();
    }

    private DateTimeOffset Window(DateTimeOffset closedAt) =>
        policy.Domain.ProblemWindow is { } window ? window.AddTo(closedAt, policy.Calendars.Find) : closedAt + DefaultProblemWindow;

    private static DateOnly Day(Arrival arrival) => DateOnly.FromDateTime(arrival.Record.Timestamp.UtcDateTime);

    private readonly record struct Problem(int Index, DateTimeOffset? ClosedAt);
}
