using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Core.Redaction;
using Reeve.Core.Values;
using Reeve.Core.Wording;
using Reeve.Engine.Approvals;

namespace Reeve.Commands.ApprovalVerbs;

/// <summary>Approvals as they are printed: with the members of the API's.</summary>
internal static class ApprovalLines
{
    /// <summary>The columns of a table.</summary>
    internal static readonly string[] Columns = ["approvalId", "status", "scope", "tools", "missing", "proposer", "timeoutAt"];

    private static readonly string[] ItemColumns = ["place", "part", "tool", "target", "arguments", "awaited"];

    /// <summary>An approval in a list.</summary>
    internal static ObjectMap Of(Approval approval, IReadOnlyList<QuorumPart> missing) => ObjectMap.Of(
        ("approvalId", Value.Of(approval.Id.ToString("D"))),
        ("tenantId", Value.Of(approval.TenantId.Value)),
        ("status", Value.Of(Wire.Name(approval.Status))),
        ("scope", Value.Of(Wire.Name(approval.Scope))),
        ("exceptionKey", Value.Of(approval.Exception?.ToString())),
        ("tools", Value.Of(string.Join(", ", (approval.Request?.Items ?? []).Select(item => item.Tool?.Value ?? item.Action)))),
        ("quorum", Value.Of(QuorumCount.Show(approval.Quorum))),
        ("missing", Value.Of(QuorumCount.Show(missing))),
        ("proposer", Value.Of(approval.Proposer)),
        ("submittedAt", Listing.Time(approval.SubmittedAt)),
        ("timeoutAt", Listing.Time(approval.TimeoutAt)),
        ("decidedAt", Listing.Time(approval.DecidedAt)),
        ("reason", Value.Of(approval.Reason)));

    /// <summary>An approval with everything.</summary>
    internal static ObjectMap Whole(Approval approval, IReadOnlyList<QuorumPart> missing, string? exceptionId) => ObjectMap.Of(
        ("approval", Value.Of(Of(approval, missing))),
        ("exceptionId", Value.Of(exceptionId)),
        ("plan", List((approval.Request?.Items ?? []).Select(item => Item(approval, item)))),
        ("evidence", Value.Of(new ListValue([.. (approval.Request?.Evidence ?? []).Select(reason => Value.Of(reason))]))),
        ("because", Value.Of(approval.Request?.Because ?? "")),
        ("decisions", List(approval.Decisions.Select(Said))));

    /// <summary>Prints one.</summary>
    internal static void Print(CommandContext context, OutputFormat format, Approval approval, ObjectMap whole, IReadOnlyList<QuorumPart> missing)
    {
        if (format == OutputFormat.Json)
        {
            Listing.WriteIndented(context.Output, Value.Of(whole));
            return;
        }

        Listing.Print(context, OutputFormat.Table, [Of(approval, missing)], Columns);
        Listing.Print(context, OutputFormat.Table, [.. (approval.Request?.Items ?? []).Select(item => Item(approval, item))], ItemColumns);
        foreach (ApprovalDecision said in approval.Decisions)
        {
            context.Output.WriteLine(Shown.Line($"{TimeText.Timestamp(said.At)} {said.Owner}: {(said.Approves ? "APPROVE" : "REJECT")} {said.Comments}".TrimEnd()));
        }
    }

    private static ObjectMap Item(Approval approval, ApprovalItem item) => ObjectMap.Of(
        ("place", Value.Of((long)item.Place)),
        ("part", Value.Of(item.Part)),
        ("stepId", Value.Of(item.StepId)),
        ("action", Value.Of(item.Action)),
        ("tool", Value.Of(item.Tool?.Value)),
        ("toolVersion", Value.Of(item.ToolVersion)),
        ("target", Value.Of(item.Target)),
        ("arguments", Redactor.Redact(Value.Of(item.Arguments))),
        ("awaited", List(item.Awaited.Select(awaited => ObjectMap.Of(
            ("pointer", Value.Of(awaited.Pointer)),
            ("shown", Redactor.Redact(ApprovalText.Shown(item, awaited))),
            ("bounds", List(approval.BoundsOf(item, awaited).Select(bound => bound.ToMap()))))))),
        ("digest", Value.Of(item.Digest?.Hex)),
        ("undo", Value.Of(item.Undo)));

    private static ObjectMap Said(ApprovalDecision said) => ObjectMap.Of(
        ("decision", Value.Of(said.Approves ? "APPROVE" : "REJECT")),
        ("principal", Value.Of(said.Principal)),
        ("owner", Value.Of(said.Owner)),
        ("at", Listing.Time(said.At)),
        ("comments", Value.Of(said.Comments)));

    private static Value List(IEnumerable<ObjectMap> items) => Value.Of(new ListValue([.. items.Select(item => Value.Of(item))]));
}
