using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Core.Values;

namespace Reeve.Engine.Playbooks.Placeholders;

/// <summary>What a path was found to stand for.</summary>
internal abstract record Finding
{
    private Finding()
    {
    }

    /// <summary>A value that is known now.</summary>
    internal sealed record Known(Value Value) : Finding;

    /// <summary>The output of an earlier step, which has not run; <paramref name="Placeholder"/> names it for people.</summary>
    internal sealed record Awaited(string Placeholder) : Finding;

    /// <summary>Nothing: missing, or null.</summary>
    internal sealed record Nothing : Finding
    {
        internal static readonly Nothing Instance = new();
    }

    /// <summary>It names a step that is no earlier step of the plan.</summary>
    internal sealed record NoSuchStep(string StepId) : Finding;

    /// <summary>It begins with none of the roots that placeholders have, so it is plain text.</summary>
    internal sealed record PlainText : Finding
    {
        internal static readonly PlainText Instance = new();
    }
}

/// <summary>Where the arguments of one plan come from: the record, the names of pack and tenant, and earlier steps' outputs.</summary>
internal sealed class PlanSources(ExceptionRecord record, BoundPolicy policy)
{
    private readonly List<EarlierStep> earlier = [];

    /// <summary>The steps planned so far, in order.</summary>
    internal IReadOnlyList<EarlierStep> Earlier => earlier;

    /// <summary>Makes a step's output known to the steps after it.</summary>
    internal void Add(EarlierStep step) => earlier.Add(step);

    /// <summary>Forgets the steps after the first <paramref name="kept"/>.</summary>
    internal void Forget(int kept) => earlier.RemoveRange(kept, earlier.Count - kept);

    /// <summary>What a placeholder's path stands for (EX-PB-6).</summary>
    internal Finding FindPlaceholder(string path)
    {
        string[] segments = DataPath.Split(path);
        if (segments.Length == 0)
        {
            return Finding.PlainText.Instance;
        }

        return segments[0] switch
        {
            "exception" => segments.Length == 1 ? Found(Value.Of(RecordFields.View(record))) : InException(segments),
            "domain_pack" or "domainPack" => Of(segments, ("domain_name", policy.Domain.Name.Value), ("version", policy.Domain.Version)),
            "policy_pack" or "policyPack" => Of(
                segments, ("tenant_id", policy.TenantId.Value), ("domain_name", policy.Domain.Name.Value), ("version", policy.Policy.Version)),
            "steps" when segments.Length > 1 => InSteps(segments, path),
            _ => Finding.PlainText.Instance,
        };
    }

    /// <summary>What a bare word in a text step's brackets stands for: a field of the record, else as <see cref="FindByName"/>.</summary>
    internal Finding FindBareWord(string path)
    {
        string[] segments = DataPath.Split(path);
        if (segments.Length == 0)
        {
            return Finding.Nothing.Instance;
        }

        if (segments[0] is "exception" or "steps" && segments.Length > 1)
        {
            return FindPlaceholder(path);
        }

        return RecordFields.TryRead(record, segments[0], out Value field)
            ? Found(DataPath.Follow(field, segments.AsSpan(1)))
            : FindInData(segments, path);
    }

    /// <summary>What a parameter's name stands for when a text step does not say.</summary>
    internal Finding FindByName(string name) => FindInData([name], name);

    // What is known now goes before what an earlier step may answer: a reader sees the value, and an answer cannot replace it.
    private Finding FindInData(string[] segments, string path)
    {
        Value value = DataPath.Follow(Value.Of(record.NormalizedContext), segments);
        value = value.IsNull ? DataPath.Follow(Value.Of(record.RawPayload), segments) : value;
        if (!value.IsNull)
        {
            return Found(value);
        }

        for (int i = earlier.Count - 1; i >= 0; i--)
        {
            if (!earlier[i].Declares(segments[0]))
            {
                continue;
            }

            if (earlier[i].Outcome is not { } outcome)
            {
                return new Finding.Awaited($"{{steps.{earlier[i].Id}.output.{path}}}");
            }

            Value answered = DataPath.Follow(outcome.Output, segments);
            if (!answered.IsNull)
            {
                return Found(answered);
            }
        }

        return Finding.Nothing.Instance;
    }

    // A name that records do not have is looked up as conditions do it: in normalizedContext, then rawPayload.
    private Finding InException(string[] segments)
    {
        if (RecordFields.TryRead(record, segments[1], out Value field))
        {
            return Found(DataPath.Follow(field, segments.AsSpan(2)));
        }

        Value value = DataPath.Follow(Value.Of(record.NormalizedContext), segments.AsSpan(1));
        return Found(value.IsNull ? DataPath.Follow(Value.Of(record.RawPayload), segments.AsSpan(1)) : value);
    }

    private Finding InSteps(string[] segments, string path)
    {
        // Ids may hold dots ("1.2"): the longest id that the path begins with is meant.
        EarlierStep? found = null;
        int taken = 0;
        foreach (EarlierStep step in earlier)
        {
            string[] id = step.Id.Value.Split('.');
            if (id.Length >= taken && segments.AsSpan(1).StartsWith(id))
            {
                found = step;
                taken = id.Length;
            }
        }

        if (found is null)
        {
            return new Finding.NoSuchStep(segments[1]);
        }

        if (found.Outcome is { } outcome)
        {
            return Found(DataPath.Follow(outcome.View(), segments.AsSpan(1 + taken)));
        }

        return found.WillAnswer ? new Finding.Awaited("{" + path.Trim() + "}") : Finding.Nothing.Instance;
    }

    private static Finding Of(string[] segments, params ReadOnlySpan<(string Name, string Value)> members)
    {
        foreach ((string name, string value) in members)
        {
            if (segments.Length == 2 && (segments[1] == name || segments[1] == Camel(name)))
            {
                return Found(Value.Of(value));
            }
        }

        return Finding.Nothing.Instance;
    }

    private static string Camel(string name) =>
        name.IndexOf('_') is var at && at < 0 ? name : name[..at] + char.ToUpperInvariant(name[at + 1]) + name[(at + 2)..];

    private static Finding Found(Value value) =>
        PlainJson.Of(value) is { IsNull: false } known ? new Finding.Known(known) : Finding.Nothing.Instance;
}

/// <summary>A step planned before the one at hand.</summary>
/// <param name="Id">Its id.</param>
/// <param name="WillAnswer">Whether it may run and answer; a skipped step and an instruction never do.</param>
/// <param name="Declared">The members that its tool's output schema lists; null when it lists none.</param>
/// <param name="Outcome">What it came to; null while it has not run, and in a plan that is only made.</param>
internal sealed record EarlierStep(StepId Id, bool WillAnswer, MapValue? Declared, StepOutcome? Outcome)
{
    /// <summary>Whether its tool declares that the answer has such a member.</summary>
    internal bool Declares(string member) => WillAnswer && Declared?.TryGet(member, out _) == true;
}
