using Reeve.Core.Decisions;
using Reeve.Core.PackDocuments.Fields;
using Reeve.Core.Packs;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Core.Values;

namespace Reeve.Engine.Simulation;

/// <summary>Compares what a test case expects with what came out: one check per expectation, met or not. Pure.</summary>
internal static class Expectations
{
    /// <summary>Checks a case.</summary>
    /// <param name="test">The case.</param>
    /// <param name="came">What came out; null when nothing did.</param>
    /// <param name="policy">The packs.</param>
    internal static IReadOnlyList<CaseCheck> Check(TestCase test, ExceptionResult? came, BoundPolicy policy)
    {
        if (test.Fault is { } fault)
        {
            return [new CaseCheck("input", "a case that can be run", fault.ToString(), Met: false)];
        }

        ExceptionResult result = came ?? new ExceptionResult();
        List<CaseCheck> checks = [];
        PlaybookId? playbook = Playbook(result);
        if (test.ExpectedPlaybookId is not null || test.ExpectsNoPlaybook)
        {
            bool met = test.ExpectedPlaybookId == playbook;
            checks.Add(new CaseCheck("expectedPlaybookId", test.ExpectedPlaybookId?.Value ?? "none", (met ? null : WhyNone("playbookId", result)) ?? playbook?.Value ?? "none", met));
        }

        ObjectMap expected = test.ExpectedOutput;
        MapValue actual = JsonText.Parse(RunResultWriter.Line(result), JsonLimits.Default).AsMap();
        for (int i = 0; i < expected.Count; i++)
        {
            checks.Add(Check(expected.Keys[i], expected.Values[i], result, actual, policy));
        }

        if (result.Status is null && !test.ExpectsSomething)
        {
            checks.Add(new CaseCheck("status", "an accepted exception", string.Join("; ", result.Errors.Select(error => error.ToString())), Met: false));
        }

        return checks;
    }

    /// <summary>The playbook that Policy selected; null when none.</summary>
    internal static PlaybookId? Playbook(ExceptionResult result) => (result.Of(Stage.Policy)?.Details as StageDetails.Policy)?.SelectedPlaybookId;

    private static CaseCheck Check(string name, in Value wanted, ExceptionResult result, MapValue actual, BoundPolicy policy)
    {
        if (Spelling.Same(name, ShownGuardrails.Field))
        {
            return new CaseCheck(name, wanted.ToString(), ShownGuardrails.Of(policy.Guardrails).ToString(), ShownGuardrails.Meet(wanted, policy.Guardrails));
        }

        Value found = Find(name, result, actual, out bool known);
        bool met = known ? Matches(wanted, found) : wanted.IsNull && OutcomeFields.CanHave(name, policy.Domain);
        string? none = met || wanted.IsNull || (known && !found.IsNull && !IsDecision(name)) ? null : WhyNone(name, result);
        return new CaseCheck(name, wanted.ToString(), none ?? (known || met ? found.ToString() : "no such field came out"), met);
    }

    // Null when the stage that gives the field ran, or no single stage does.
    private static string? WhyNone(string name, ExceptionResult result) =>
        OutcomeFields.StageOf(name) is { } stage && result.Of(stage) is null ? $"none: {stage} did not run" : null;

    // Where Policy did not run this is Intake's word, which nobody who expects a verdict means.
    private static bool IsDecision(string name) => Spelling.Fold(name) is "decision" or "policy_decision";

    private static Value Find(string name, ExceptionResult result, MapValue actual, out bool known)
    {
        known = true;
        switch (Spelling.Fold(name))
        {
            case "projected_status":
                return Value.Of(Projected(result) is { } reached ? Wire.Name(reached) : null);
            case "status" or "resolution_status":
                return Value.Of(Status(result) is { } status ? Wire.Name(status) : null);
            case "playbook_id" or "selected_playbook_id" or "selected_playbook" or "playbook":
                return Value.Of(Playbook(result)?.Value);
            case var _ when IsDecision(name):
                return Value.Of(result.Of(Stage.Policy)?.Decision ?? result.Of(Stage.Intake)?.Decision);
            case "code" or "error_code":
                return Value.Of(result.Errors.Count == 0 ? null : result.Errors[0].Code);
            case "confidence":
                return result.Of(Stage.Triage) is { } triage ? Value.Of(triage.Confidence) : default;
        }

        if (TryGet(actual, name, out Value value)
            || (actual["exception"].MapOrNull() is { } record && (TryGet(record, name, out value) || InContext(record, name, out value)))
            || InStages(actual["stages"].MapOrNull(), name, out value))
        {
            return value;
        }

        known = false;
        return default;
    }

    // Without real calls an exception stays IN_PROGRESS; what its plan would reach is what a test means by its status.
    private static ResolutionStatus? Status(ExceptionResult result) =>
        result.Status == ResolutionStatus.InProgress && Projected(result) is { } projected ? projected : result.Status;

    private static ResolutionStatus? Projected(ExceptionResult result) => (result.Of(Stage.Resolution)?.Details as StageDetails.Resolution)?.ProjectedStatus;

    private static bool InContext(MapValue record, string name, out Value value)
    {
        value = default;
        return record["normalizedContext"].MapOrNull() is { } context && TryGet(context, name, out value);
    }

    private static bool InStages(MapValue? stages, string name, out Value value)
    {
        value = default;
        for (int i = (stages?.Count ?? 0) - 1; i >= 0; i--)
        {
            MapValue stage = stages!.ValueAt(i).AsMap(); // not null: it has members
            if (TryGet(stage["details"].AsMap(), name, out value) || TryGet(stage, name, out value))
            {
                return true;
            }
        }

        return false;
    }

    // By its name as it is written, else by the same name in the other spelling.
    private static bool TryGet(MapValue map, string name, out Value value)
    {
        if (map.TryGet(name, out value))
        {
            return true;
        }

        string folded = Spelling.Fold(name);
        for (int i = 0; i < map.Count; i++)
        {
            if (map.KeyAt(i).StringOrNull() is { } key && Spelling.Fold(key) == folded)
            {
                value = map.ValueAt(i);
                return true;
            }
        }

        return false;
    }

    // An expected object need only be part of what came out, a list must have the same items in the same order; words of
    // enumerations match in any case, and a rule that was applied by its id.
    private static bool Matches(in Value expected, in Value actual)
    {
        if (expected.MapOrNull() is { } part && actual.MapOrNull() is { } whole)
        {
            for (int i = 0; i < part.Count; i++)
            {
                if (!TryGet(whole, part.KeyAt(i).AsString(), out Value found) || !Matches(part.ValueAt(i), found))
                {
                    return false;
                }
            }

            return true;
        }

        if (expected.ListOrNull() is { } items && actual.ListOrNull() is { } others)
        {
            bool same = items.Count == others.Count;
            for (int i = 0; same && i < items.Count; i++)
            {
                same = Matches(items[i], others[i]);
            }

            return same;
        }

        if (expected.StringOrNull() is not { } wanted)
        {
            return expected == actual;
        }

        string? got = actual.StringOrNull() ?? actual.MapOrNull()?["ruleId"].StringOrNull();
        return string.Equals(wanted, got, StringComparison.OrdinalIgnoreCase);
    }
}
