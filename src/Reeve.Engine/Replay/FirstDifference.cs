using Reeve.Core.Decisions;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Pipeline;
using Reeve.Engine.Recording.PassEvents;

namespace Reeve.Engine.Replay;

/// <summary>Says where a pass that was decided again first differs from its record. Pure.</summary>
internal static class FirstDifference
{
    private const int LongestQuote = 100;

    private static readonly JsonLimits Limits = new() { MaxBytes = int.MaxValue, MaxDepth = 512, AllowNul = true, InfiniteIsNull = true };

    internal static string Describe(RecordedPass recorded, RecordedEnd end, ExceptionCase decided)
    {
        for (int i = 0; i < Math.Max(recorded.Stages.Count, decided.Steps.Count); i++)
        {
            if (i >= decided.Steps.Count)
            {
                return $"{recorded.Stages[i].Stage.Key()} is recorded and no longer comes.";
            }

            if (i >= recorded.Stages.Count)
            {
                return $"{decided.Steps[i].Stage.Key()} comes and is not recorded.";
            }

            if (Between(recorded.Stages[i], decided.Steps[i]) is { } found)
            {
                return found;
            }
        }

        return decided.Record.ResolutionStatus == end.Status
            ? "Every stage is as recorded, and the recorded hash is not of their document: the log was changed."
            : $"{Wire.Name(end.Status)} is the recorded status, {Wire.Name(decided.Record.ResolutionStatus)} the one decided now.";
    }

    private static string? Between(RecordedStage recorded, PassStep decided)
    {
        if (recorded.Stage != decided.Stage)
        {
            return $"{recorded.Stage.Key()} is recorded where {decided.Stage.Key()} comes.";
        }

        string key = recorded.Stage.Key();
        if (recorded.Error is not null || decided.Error is not null)
        {
            return string.Equals(recorded.Error?.Code, decided.Error?.Code)
                ? null
                : $"{key}: {recorded.Error?.Code ?? "a decision"} is recorded, {decided.Error?.Code ?? "a decision"} comes.";
        }

        byte[] now = DecisionDocument.Render(decided.Decision!); // not null: it did not fail
        return now.AsSpan().SequenceEqual(recorded.Decision.Span)
            ? null
            : Between(key, "", JsonText.Parse(recorded.Decision.Span, Limits), JsonText.Parse(now, Limits));
    }

    private static string? Between(string key, string pointer, Value recorded, Value now)
    {
        if (recorded.MapOrNull() is ObjectMap left && now.MapOrNull() is ObjectMap right)
        {
            return BetweenMaps(key, pointer, left, right);
        }

        if (recorded.ListOrNull() is { } first && now.ListOrNull() is { } second)
        {
            for (int i = 0; i < Math.Min(first.Count, second.Count); i++)
            {
                if (Between(key, JsonPointer.Child(pointer, i), first[i], second[i]) is { } found)
                {
                    return found;
                }
            }

            return first.Count == second.Count ? null : $"{key} at {pointer}: {first.Count} items are recorded, {second.Count} come.";
        }

        string was = JsonText.ToText(recorded);
        string comes = JsonText.ToText(now);
        return string.Equals(was, comes) ? null : $"{key} at {pointer}: {Quote(was)} is recorded, {Quote(comes)} comes.";
    }

    private static string? BetweenMaps(string key, string pointer, ObjectMap recorded, ObjectMap now)
    {
        for (int i = 0; i < recorded.Count; i++)
        {
            string name = recorded.Keys[i];
            string place = JsonPointer.Child(pointer, name);
            string? found = now.TryGet(name, out Value other) ? Between(key, place, recorded.Values[i], other) : $"{key} at {place}: it is recorded and no longer comes.";
            if (found is not null)
            {
                return found;
            }
        }

        for (int i = 0; i < now.Count; i++)
        {
            if (!recorded.TryGet(now.Keys[i], out _))
            {
                return $"{key} at {JsonPointer.Child(pointer, now.Keys[i])}: it comes and is not recorded.";
            }
        }

        return null;
    }

    private static string Quote(string text) => text.Length <= LongestQuote ? text : text[..LongestQuote] + "…";
}
