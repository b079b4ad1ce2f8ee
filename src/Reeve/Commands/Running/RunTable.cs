using Reeve.Core.Decisions;
using Reeve.Core.Errors;
using Reeve.Core.Records;
using Reeve.Core.Wording;

namespace Reeve.Commands.Running;

/// <summary>Results for people: a line per exception, and beneath it why, stage by stage. Written as they come.</summary>
internal sealed class RunTable(TextWriter output)
{
    private int index;

    internal void Add(ExceptionResult result)
    {
        string number = $"{index++}";
        if (result.Status is not { } status)
        {
            Line($"{number,4}  REFUSED");
            foreach (ReeveError error in result.Errors)
            {
                Reason("", $"{error} Next: {error.NextStep}");
            }

            return;
        }

        StageDetails.Policy? policy = result.Of(Stage.Policy)?.Details as StageDetails.Policy;
        StageDetails.Resolution? resolution = result.Of(Stage.Resolution)?.Details as StageDetails.Resolution;
        ExceptionRecord? record = result.Exception;
        string severity = record?.Severity is { } known ? Wire.Name(known) : "-";
        string projected = resolution?.ProjectedStatus is { } reach && reach != status ? $" (plan reaches {Wire.Name(reach)})" : "";
        string kind = result.IsRepeat ? "repeat" : record?.ExceptionType?.Value ?? "unknown type";
        Line($"{number,4}  {result.ExceptionId}  {kind}  {severity}  {(policy is null ? "-" : Wire.Name(policy.Verdict))}  {policy?.SelectedPlaybookId?.Value ?? "no playbook"}  {Wire.Name(status)}{projected}");
        foreach (AgentDecision decision in result.Stages)
        {
            if (decision.Stage is Stage.Feedback)
            {
                continue;
            }

            bool first = true;
            foreach (string reason in decision.Evidence)
            {
                Reason(first ? decision.Stage.Key() : "", reason);
                first = false;
            }

            foreach (PlanStep step in (decision.Details as StageDetails.Resolution)?.ResolvedPlan ?? [])
            {
                Reason("", Describe(step));
            }
        }

        foreach (string reason in result.IsRepeat ? result.Evidence : [])
        {
            Reason("", reason);
        }

        foreach (ReeveError error in result.Errors)
        {
            Reason("error", error.ToString());
        }
    }

    internal void Finish() => output.Flush();

    private static string Describe(PlanStep step)
    {
        string arguments = step.Arguments.Count == 0 ? "" : " " + Core.Values.Value.Of(step.Arguments);
        string what = step.Tool is { } tool ? $"{tool}{arguments}" : $"{Wire.Name(step.Kind).ToLowerInvariant()}: {step.Action}{arguments}";
        string why = step.Status == StepStatus.Success || step.Reason.Length == 0 ? "" : $" ({step.Reason})";
        return $"  {step.StepId}. {Wire.Name(step.Status)} {what}{why}";
    }

    private void Reason(string stage, string reason) => Line($"        {stage,-20}  {reason}");

    private void Line(string text) => output.WriteLine(Shown.Line(text.ReplaceLineEndings(" ")).TrimEnd());
}
