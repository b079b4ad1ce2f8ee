using Reeve.Core.Decisions;
using Reeve.Core.Values;
using Reeve.Core.Wording;

namespace Reeve.Commands.ExceptionVerbs;

/// <summary>One exception for people: what it is, why each stage decided as it did, the plan, and what happened when.</summary>
internal sealed class CaseText(TextWriter output)
{
    internal void Print(MapValue shown)
    {
        MapValue record = shown["exception"].AsMap();
        Line($"{Text(record["exceptionId"])}  {Text(record["exceptionType"], "unknown type")}  {Text(record["severity"])}  {Text(shown["resolutionStatus"])}");
        Line($"  tenant {Text(record["tenantId"])}, from {Text(record["sourceSystem"])}, {Text(record["timestamp"])}{(record["owner"].IsNull ? "" : $", with {Text(record["owner"])}")}");
        Line($"  payload {JsonText.ToText(record["rawPayload"])}");
        if (shown["result"].MapOrNull() is { } result && result["stages"].MapOrNull() is { } stages)
        {
            PrintStages(stages);
            foreach (Value error in Items(result["errors"]))
            {
                MapValue item = error.AsMap();
                Reason("error", $"{Text(item["code"])}: {Text(item["message"])}");
            }
        }

        Line("");
        Line("What happened");
        foreach (Value entry in Items(shown["auditTrail"]))
        {
            MapValue item = entry.AsMap();
            Line($"  {Text(item["timestamp"])}  {Text(item["actor"])}  {Text(item["action"])}");
        }

        output.Flush();
    }

    private void PrintStages(MapValue stages)
    {
        Line("");
        Line("Why");
        foreach (Stage stage in Enum.GetValues<Stage>())
        {
            if (stages[stage.Key()].MapOrNull() is not { } decision)
            {
                continue;
            }

            Reason(stage.Key(), $"{Text(decision["decision"])}, confidence {Text(decision["confidence"])}");
            foreach (Value reason in Items(decision["evidence"]))
            {
                Reason("", Text(reason));
            }

            foreach (Value step in Items(decision["details"].MapOrNull()?["resolvedPlan"] ?? Value.Null))
            {
                Reason("", Describe(step.AsMap()));
            }
        }
    }

    private static string Describe(MapValue step)
    {
        string arguments = step["arguments"].MapOrNull() is { Count: > 0 } given ? " " + JsonText.ToText(Value.Of(given)) : "";
        string what = step["tool"].IsNull ? $"{Text(step["kind"]).ToLowerInvariant()}: {Text(step["action"])}" : Text(step["tool"]);
        string reason = Text(step["reason"], "");
        return $"  {Text(step["stepId"])}. {Text(step["status"])} {what}{arguments}{(reason.Length == 0 ? "" : $" ({reason})")}";
    }

    private static Value[] Items(Value list) => list.ListOrNull() is { } items ? items.Items.ToArray() : [];

    private static string Text(Value value, string absent = "-") => value.IsNull ? absent : value.StringOrNull() ?? JsonText.ToText(value);

    private void Reason(string stage, string reason) => Line($"  {stage,-20}  {reason}");

    private void Line(string text) => output.WriteLine(Shown.Line(text.ReplaceLineEndings(" ")).TrimEnd());
}
