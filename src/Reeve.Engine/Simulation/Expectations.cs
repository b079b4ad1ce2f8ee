using Reeve.Core.Decisions;
using Reeve.Core.Packs;
using Reeve.Core.Records;
using Reeve.Core.Values;

namespace Reeve.Engine.Simulation;

/// <summary>Compares what a test case expects with what came out: one check per expectation, met or not. Pure.</summary>
internal static class Expectations
{
    internal static IReadOnlyList<CaseCheck> Check(TestCase test, ExceptionResult result)
    {
        List<CaseCheck> checks = [];
        PlaybookId? playbook = Playbook(result);
        if (test.ExpectedPlaybookId is not null || test.ExpectsNoPlaybook)
        {
            checks.Add(new CaseCheck("expectedPlaybookId", test.ExpectedPlaybookId?.Value ?? "none", playbook?.Value ?? "none", test.ExpectedPlaybookId == playbook));
        }

        ObjectMap expected = test.ExpectedOutput;
        MapValue actual = JsonText.Parse(RunResultWriter.Line(result), JsonLimits.Default).AsMap();
        for (int i = 0; i < expected.Count; i++)
        {
            string name = expected.Keys[i];
            Value found = Find(name, result, actual, out bool known);
            checks.Add(new CaseCheck(name, expected.Values[i].ToString(), known ? found.ToString() : "no such field came out", known && Matches(expected.Values[i], found)));
        }

        bool expectsRefusal = expected.Count > 0 || test.ExpectedPlaybookId is not null || test.ExpectsNoPlaybook;
        if (result.Status is null && !expectsRefusal)
        {
            checks.Add(new CaseCheck("status", "an accepted exception", string.Join("; ", result.Errors.Select(error => error.ToString())), Met: false));
        }

        return checks;
    }

    /// <summary>The playbook that Policy selected; null when none.</summary>
    internal static PlaybookId? Playbook(ExceptionResult result) => (result.Of(Stage.Policy)?.Details as StageDetails.Policy)?.SelectedPlaybookId;

    private static Value Find(string name, ExceptionResult result, MapValue actual, out bool known)
    {
        known = true;
        string camel = Camel(name);
        switch (camel)
        {
            case "projectedStatus":
                return Value.Of(Projected(result) is { } reached ? Wire.Name(reached) : null);
            case "status" or "resolutionStatus":
                return Value.Of(Status(result) is { } status ? Wire.Name(status) : null);
            case "playbookId" or "selectedPlaybookId" or "selectedPlaybook" or "playbook":
                return Value.Of(Playbook(result)?.Value);
            case "decision" or "policyDecision":
                return Value.Of(result.Of(Stage.Policy)?.Decision ?? result.Of(Stage.Intake)?.Decision);
            case "code" or "errorCode":
                return Value.Of(result.Errors.Count == 0 ? null : result.Errors[0].Code);
            case "confidence":
                return result.Of(Stage.Triage) is { } triage ? Value.Of(triage.Confidence) : default;
        }

        if (actual.TryGet(camel, out Value value)
            || (actual["exception"].MapOrNull() is { } record && (record.TryGet(camel, out value) || InContext(record, name, camel, out value)))
            || InStages(actual["stages"].MapOrNull(), name, camel, out value))
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

    private static bool InContext(MapValue record, string name, string camel, out Value value)
    {
        MapValue? context = record["normalizedContext"].MapOrNull();
        value = default;
        return context is not null && (context.TryGet(name, out value) || context.TryGet(camel, out value));
    }

    private static bool InStages(MapValue? stages, string name, string camel, out Value value)
    {
        value = default;
        for (int i = (stages?.Count ?? 0) - 1; i >= 0; i--)
        {
            MapValue stage = stages!.ValueAt(i).AsMap();
            MapValue details = stage["details"].AsMap();
            if (details.TryGet(camel, out value) || details.TryGet(name, out value) || stage.TryGet(camel, out value))
            {
                return true;
            }
        }

        return false;
    }

    // An expected object need only be part of what came out; words of enumerations match in any case.
    private static bool Matches(in Value expected, in Value actual)
    {
        if (expected.MapOrNull() is { } part && actual.MapOrNull() is { } whole)
        {
            for (int i = 0; i < part.Count; i++)
            {
                if (!whole.TryGet(part.KeyAt(i), out Value found) || !Matches(part.ValueAt(i), found))
                {
                    return false;
                }
            }

            return true;
        }

        return expected.StringOrNull() is { } wanted && actual.StringOrNull() is { } got
            ? string.Equals(wanted, got, StringComparison.OrdinalIgnoreCase)
            : expected == actual;
    }

    private static string Camel(string name)
    {
        if (!name.Contains('_'))
        {
            return name;
        }

        string[] words = name.Split('_', StringSplitOptions.RemoveEmptyEntries);
        return words.Length == 0 ? name : words[0] + string.Concat(words.Skip(1).Select(word => char.ToUpperInvariant(word[0]) + word[1..]));
    }
}
