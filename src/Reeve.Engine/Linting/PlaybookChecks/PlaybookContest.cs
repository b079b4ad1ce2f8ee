using Reeve.Core.Packs;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Linting.Searching;
using Reeve.Engine.Playbooks;

namespace Reeve.Engine.Linting.PlaybookChecks;

/// <summary>Two playbooks that are equally good for the same exception.</summary>
internal sealed record PlaybookTie(Playbook First, Playbook Second, string Type, Severity Severity);

/// <summary>
/// Which playbook is chosen for what: the selector itself is asked, once for every type, severity, time to the deadline and set
/// of tags that can make a difference. Where these are too many nothing is concluded.
/// </summary>
internal sealed class PlaybookContest
{
    // How many playbooks are looked at in all, and how many tags of one type are combined.
    private const long MaxLooks = 4_000_000;
    private const int MaxTags = 6;

    // Whoever has so many will not read more.
    private const int MaxTies = 1_000;

    // Any time will do: deadlines are made relative to it.
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly LintScope scope;
    private readonly Func<IReadOnlyList<string>, bool> hasTogether;
    private readonly PlaybookSelector selector;
    private readonly Dictionary<string, List<Circumstance>> chosen = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> winners = new(StringComparer.Ordinal);
    private readonly Dictionary<string, bool> usable = new(StringComparer.Ordinal);
    private readonly HashSet<string> unjudged = new(StringComparer.Ordinal);
    private readonly HashSet<(string First, string Second)> tied = [];
    private readonly List<PlaybookTie> ties = [];
    private long left = MaxLooks;

    /// <summary>Holds the contest.</summary>
    /// <param name="scope">The pair of packs.</param>
    /// <param name="hasTogether">Whether tags are known to occur together: two playbooks that ask for different ones need not meet.</param>
    internal PlaybookContest(LintScope scope, Func<IReadOnlyList<string>, bool> hasTogether)
    {
        this.scope = scope;
        this.hasTogether = hasTogether;
        selector = new PlaybookSelector(scope.Bound);
        foreach (ExceptionType type in scope.Types.Where(type => type.Actionable))
        {
            Hold(type);
        }
    }

    /// <summary>The pairs of a winner and a rival that only their order or version keeps apart, in order of discovery.</summary>
    internal IReadOnlyList<PlaybookTie> Ties => ties;

    /// <summary>Whether an exception exists for which the playbook is chosen; true as well where that is not known.</summary>
    internal bool MayBeChosen(Playbook playbook) => chosen.ContainsKey(playbook.Id.Value) || unjudged.Contains(playbook.Id.Value);

    /// <summary>The types and severities for which it is chosen; null where that is not known.</summary>
    internal IReadOnlyList<Circumstance>? ChosenFor(Playbook playbook) =>
        unjudged.Contains(playbook.Id.Value) ? null : chosen.TryGetValue(playbook.Id.Value, out List<Circumstance>? known) ? known : [];

    /// <summary>A playbook that was chosen where this one applied; null when it never applied.</summary>
    internal string? WinnerOver(Playbook playbook) => winners.GetValueOrDefault(playbook.Id.Value);

    private void Hold(ExceptionType type)
    {
        Playbook[] rivals = [.. scope.Bound.Playbooks.Where(playbook => TypeRank.Of(playbook, type.Lineage) is not null)];
        double[] limits = [.. rivals.Select(playbook => playbook.Match.SlaMinutesRemainingBelow).OfType<double>().Distinct().Order()];
        string[] tags = [.. rivals.SelectMany(playbook => playbook.Match.PolicyTags).Distinct(StringComparer.Ordinal)];
        IReadOnlyList<Severity> severities = scope.Reach.Of(type);
        long looks = (long)severities.Count * (limits.Length + 1) * (1L << Math.Min(tags.Length, 30)) * (scope.Bound.Playbooks.Count + (rivals.Length * 8L));
        if (rivals.Length == 0)
        {
            return;
        }

        if (tags.Length > MaxTags || (left -= looks) < 0)
        {
            unjudged.UnionWith(rivals.Select(playbook => playbook.Id.Value));
            return;
        }

        foreach (Severity severity in severities)
        {
            for (int tagged = 0; tagged < 1 << tags.Length; tagged++)
            {
                string[] given = [.. tags.Where((_, at) => (tagged & (1 << at)) != 0)];
                Judge(type, severity, given, deadline: null);
                foreach (double limit in limits)
                {
                    Judge(type, severity, given, limit);
                }
            }
        }
    }

    // Without a deadline every limit is met; a deadline exactly at a limit meets those above it and no other.
    private void Judge(ExceptionType type, Severity severity, string[] tags, double? deadline)
    {
        Selection selection = selector.Select(Record(type, severity, tags, deadline), Now);
        Circumstance here = new(type.Name.Value, severity);
        Playbook? winner = selection.Selected;
        PlaybookId? first = winner?.Id ?? selection.Blocked?.PlaybookId;
        if (first is { } id)
        {
            if (!chosen.TryGetValue(id.Value, out List<Circumstance>? known))
            {
                chosen[id.Value] = known = [];
            }

            if (!known.Contains(here))
            {
                known.Add(here);
            }
        }

        foreach (PlaybookId applicable in selection.Applicable)
        {
            if (first is { } best && applicable != best)
            {
                winners.TryAdd(applicable.Value, best.Value);
            }
        }

        if (winner is not null)
        {
            FindTie(winner, type, severity, selection);
        }
    }

    private void FindTie(Playbook winner, ExceptionType type, Severity severity, Selection selection)
    {
        int rank = TypeRank.Of(winner, type.Lineage)!.Value; // not null: it was chosen
        foreach (PlaybookId id in selection.Applicable)
        {
            if (id == winner.Id || scope.Bound.Playbooks.Find(id.Value) is not { } other || !MayBeUsed(other)
                || other.Priority != winner.Priority || TypeRank.Of(other, type.Lineage) != rank || !MayMeet(winner.Match.PolicyTags, other.Match.PolicyTags))
            {
                continue;
            }

            if (ties.Count < MaxTies && tied.Add((winner.Id.Value, id.Value)) && tied.Add((id.Value, winner.Id.Value)))
            {
                ties.Add(new PlaybookTie(winner, other, type.Name.Value, severity));
            }
        }
    }

    private bool MayMeet(IReadOnlyList<string> one, IReadOnlyList<string> other) =>
        one.All(other.Contains) || other.All(one.Contains) || hasTogether([.. one.Union(other, StringComparer.Ordinal)]);

    private bool MayBeUsed(Playbook playbook)
    {
        if (!usable.TryGetValue(playbook.Id.Value, out bool known))
        {
            known = IsUsable(playbook);
            usable[playbook.Id.Value] = known;
        }

        return known;
    }

    private bool IsUsable(Playbook playbook) => playbook.Approved && scope.Bound.ApprovedProcesses.Contains(playbook.Id.Value)
        && !ToolAllowList.Refusals(PlaybookUse.Of(playbook, scope.Bound.Tools), scope.Bound).Any(refused => refused.By is ToolRefusal.NotApproved or ToolRefusal.NotAllowListed);

    private ExceptionRecord Record(ExceptionType type, Severity severity, string[] tags, double? deadline)
    {
        List<(string, Value)> context = [("policy_tags", Value.Of(new ListValue([.. tags.Select(tag => Value.Of(tag))])))];
        if (deadline is { } minutes)
        {
            context.Add(("sla_deadline", Value.Of(Now.AddMinutes(Math.Clamp(minutes, -1e8, 1e8)))));
        }

        return new ExceptionRecord
        {
            ExceptionId = new ExceptionId("lint"),
            TenantId = scope.Bound.TenantId,
            SourceSystem = "lint",
            ExceptionType = type.Name,
            Severity = severity,
            Timestamp = Now,
            RawPayload = ObjectMap.Empty,
            RawBytes = default,
            NormalizedContext = ObjectMap.Of([.. context]),
        };
    }
}
