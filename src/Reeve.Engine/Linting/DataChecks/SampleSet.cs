using Reeve.Core.Errors;
using Reeve.Core.Expressions.Inquiries;
using Reeve.Core.JsonPaths;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Intake;
using Reeve.Engine.Runtime;

namespace Reeve.Engine.Linting.DataChecks;

/// <summary>Samples as records: what Intake makes of them with the pack's own mappings.</summary>
internal sealed class SampleSet
{
    private readonly Dictionary<string, bool> seen = new(StringComparer.Ordinal);
    private readonly List<ExceptionRecord> records = [];
    private readonly List<HashSet<string>> together = [];
    private readonly HashSet<string> members = new(StringComparer.Ordinal);
    private readonly HashSet<string> tags = new(StringComparer.Ordinal);

    /// <summary>Normalises samples; those that Intake refuses, and those that hold nothing, show no field.</summary>
    /// <param name="samples">What sources send.</param>
    /// <param name="policies">The policy that the domain pack implies first, then the others.</param>
    /// <param name="now">The time of arrival.</param>
    internal SampleSet(IReadOnlyList<RawItem> samples, IEnumerable<BoundPolicy> policies, DateTimeOffset now)
    {
        List<IReadOnlyList<ReeveError>[]> refusals = [];
        foreach (BoundPolicy policy in policies)
        {
            Normaliser normaliser = new(new SeededIds("lint"));
            IReadOnlyList<ReeveError>[] refused = new IReadOnlyList<ReeveError>[samples.Count];
            for (int i = 0; i < samples.Count; i++)
            {
                IReadOnlyList<IntakeOutcome> outcomes = normaliser.Normalise(samples[i], policy, now);
                records.AddRange(outcomes.OfType<IntakeOutcome.Accepted>().Select(outcome => outcome.Arrival.Record).Where(record => record.RawPayload.Count > 0));
                refused[i] = [.. outcomes.OfType<IntakeOutcome.Refused>().SelectMany(outcome => outcome.Errors)];
            }

            refusals.Add(refused);
        }

        // What the domain pack alone implies is no tenant that anybody knows.
        Count = Counted(refusals.Count > 1 ? refusals[1..] : refusals, samples.Count);

        foreach (ExceptionRecord record in records)
        {
            HashSet<string> own = new(StringComparer.Ordinal);
            foreach (string name in (string[])["policy_tags", "policyTags"])
            {
                AddTags(record.NormalizedContext[name], own);
                AddTags(record.RawPayload[name], own);
            }

            tags.UnionWith(own);
            if (own.Count > 1)
            {
                together.Add(own);
            }
        }
    }

    internal bool IsEmpty => records.Count == 0;

    /// <summary>How many there are, and how many of them are refused.</summary>
    internal SampleCount Count { get; }

    /// <summary>Whether a sample has a tag.</summary>
    internal bool HasTag(string tag) => tags.Contains(tag);

    /// <summary>Whether one sample has all of some tags.</summary>
    internal bool HasTogether(IReadOnlyList<string> wanted) => together.Exists(own => wanted.All(own.Contains));

    /// <summary>The shortest beginning of a path that leads to nothing in every sample; null when the whole path leads somewhere in one.</summary>
    internal string? FirstUnseen(PathInquiry path)
    {
        for (int length = 1; length <= path.Parts.Count; length++)
        {
            PathPart[] parts = [.. path.Parts.Take(length)];
            string shown = string.Concat(parts.Select((part, at) => part.Kind switch
            {
                PathPartKind.Any => "[*]",
                PathPartKind.Index => $"[{part.Index}]",
                _ => (at == 0 ? "" : ".") + part.Name,
            }));
            if (!IsSeen(shown, record => Roots(record, parts[0].Name), parts.AsMemory(1)))
            {
                return shown;
            }
        }

        return null;
    }

    /// <summary>The same for the path of a placeholder behind its root, or a bare word.</summary>
    internal string? FirstUnseen(IReadOnlyList<string> segments)
    {
        for (int length = 1; length <= segments.Count; length++)
        {
            PathPart[] parts = [.. segments.Skip(1).Take(length - 1).Select(segment => int.TryParse(segment, out int at) && at >= 0
                ? new PathPart(PathPartKind.Index, segment, at)
                : new PathPart(PathPartKind.Field, segment, 0))];
            string shown = string.Join('.', segments.Take(length));
            if (!IsSeen(shown, record => Roots(record, segments[0]), parts))
            {
                return shown;
            }
        }

        return null;
    }

    /// <summary>Whether a JSONPath finds something in a sample, or gives up on one.</summary>
    internal bool IsFound(JsonPath path) => records.Exists(record => path.Ask(Value.Of(record.RawPayload)) != PathAnswer.Nothing);

    /// <summary>Whether a payload has a member of this name, however deep.</summary>
    internal bool HasMember(string name)
    {
        if (members.Count == 0)
        {
            foreach (ExceptionRecord record in records)
            {
                AddMembers(Value.Of(record.RawPayload));
            }
        }

        return members.Contains(name);
    }

    // What names its tenant is refused by all others, which says nothing about the sample; one that every policy refuses is
    // refused for the first reason that says more.
    private static SampleCount Counted(List<IReadOnlyList<ReeveError>[]> refusals, int samples)
    {
        ReeveError? first = null;
        int count = 0;
        for (int i = 0; i < samples; i++)
        {
            if (refusals.TrueForAll(refused => refused[i].Count > 0))
            {
                count++;
                ReeveError[] reasons = [.. refusals.SelectMany(refused => refused[i])];
                first ??= reasons.FirstOrDefault(reason => reason.Kind != ErrorCatalogue.Intake.OtherTenant) ?? reasons[0];
            }
        }

        return new SampleCount(samples, count, first);
    }

    // Intake has bounded the depth.
    private void AddMembers(Value value)
    {
        if (value.ListOrNull() is { } list)
        {
            foreach (Value item in list.Items)
            {
                AddMembers(item);
            }
        }

        if (value.MapOrNull() is { } map)
        {
            for (int i = 0; i < map.Count; i++)
            {
                members.Add(map.KeyAt(i).AsString());
                AddMembers(map.ValueAt(i));
            }
        }
    }

    private bool IsSeen(string key, Func<ExceptionRecord, IEnumerable<Value>> roots, ReadOnlyMemory<PathPart> parts)
    {
        if (!seen.TryGetValue(key, out bool known))
        {
            known = records.Exists(record => roots(record).Any(root => Leads(root, parts.Span)));
            seen[key] = known;
        }

        return known;
    }

    // As conditions and placeholders find a name: a field of the record, else a key of normalizedContext or of the payload.
    private static IEnumerable<Value> Roots(ExceptionRecord record, string name)
    {
        if (RecordFields.TryRead(record, name, out Value field))
        {
            yield return field;
            yield break;
        }

        if (record.NormalizedContext.TryGet(name, out Value context))
        {
            yield return context;
        }

        if (record.RawPayload.TryGet(name, out Value payload))
        {
            yield return payload;
        }
    }

    // A member that is there counts, even if it is null.
    private static bool Leads(Value value, ReadOnlySpan<PathPart> parts)
    {
        for (int i = 0; i < parts.Length; i++)
        {
            PathPart part = parts[i];
            if (part.Kind == PathPartKind.Any)
            {
                ReadOnlySpan<PathPart> rest = parts[(i + 1)..];
                foreach (Value item in (value.ListOrNull() ?? ListValue.Empty).Items)
                {
                    if (Leads(item, rest))
                    {
                        return true;
                    }
                }

                // Over a map the variable is a key, of which no sample is needed.
                return value.MapOrNull() is { Count: > 0 } && rest.IsEmpty;
            }

            if (value.ListOrNull() is { } list && part.Kind == PathPartKind.Index)
            {
                if (part.Index >= list.Count)
                {
                    return false;
                }

                value = list[part.Index];
            }
            else if (value.MapOrNull() is not { } map || !map.TryGet(part.Name, out value))
            {
                return false;
            }
        }

        return true;
    }

    private static void AddTags(Value given, HashSet<string> tags)
    {
        if (given.StringOrNull() is { } only)
        {
            tags.Add(only);
        }

        foreach (Value tag in (given.ListOrNull() ?? ListValue.Empty).Items)
        {
            if (tag.StringOrNull() is { } text)
            {
                tags.Add(text);
            }
        }
    }
}
