using Reeve.Core.Events;
using Reeve.Core.Policies;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Core.Redaction;
using Reeve.Core.Values;

namespace Reeve.Engine.Approvals;

/// <summary>The events of approvals (docs/decisions/0021). Pure.</summary>
internal static class ApprovalEvents
{
    internal static EventDraft Requested(Approval approval, Principal actor) => Draft(approval, EventType.ApprovalRequested, actor, approval.SubmittedAt, JsonText.Render((approval, actor), static (writer, all) =>
    {
        writer.WriteStartObject();
        writer.WriteString("approvalId", all.approval.Id);
        writer.WriteString("scope", Wire.Name(all.approval.Scope));
        ApprovalText.WriteMembers(writer, Redacted(all.approval.Request!)); // not null: it is only just made
        writer.WriteString("quorum", QuorumCount.Show(all.approval.Quorum));
        writer.WriteString("timeoutAt", TimeText.Timestamp(all.approval.TimeoutAt));
        writer.WriteString("proposer", all.approval.Proposer);
        PrincipalJson.WriteActor(writer, all.actor);
        writer.WriteEndObject();
    }));

    internal static EventDraft Decided(Approval approval, ApprovalDecision said, IReadOnlyList<QuorumPart> missing, Principal actor) => Draft(approval, EventType.ApprovalDecided, actor, said.At, JsonText.Render((approval, said, missing, actor), static (writer, all) =>
    {
        writer.WriteStartObject();
        writer.WriteString("approvalId", all.approval.Id);
        writer.WriteString("decision", all.said.Approves ? "APPROVE" : "REJECT");
        writer.WriteString("comments", all.said.Comments);
        writer.WritePropertyName("bounds");
        ApprovalText.WriteBounds(writer, all.said.Bounds);
        writer.WriteNull("onBehalfOf");
        writer.WriteStartArray("countsAs");
        foreach (string name in all.said.Names)
        {
            writer.WriteStringValue(name);
        }

        writer.WriteEndArray();
        writer.WriteString("missing", QuorumCount.Show(all.missing));
        PrincipalJson.WriteActor(writer, all.actor);
        writer.WriteEndObject();
    }));

    internal static EventDraft Closed(Approval approval, ApprovalStatus status, string reason, Principal actor, DateTimeOffset at) => Draft(approval, EventType.ApprovalClosed, actor, at, JsonText.Render((approval, status, reason), static (writer, all) =>
    {
        writer.WriteStartObject();
        writer.WriteString("approvalId", all.approval.Id);
        writer.WriteString("status", Wire.Name(all.status));
        writer.WriteString("reason", all.reason);
        writer.WriteEndObject();
    }));

    // The log never holds what redaction hides; the row does, since what is approved is compared with it.
    private static ApprovalRequest Redacted(ApprovalRequest request) => request with
    {
        Items = [.. request.Items.Select(item => item with { Arguments = Redactor.Redact(Value.Of(item.Arguments)).MapOrNull() as ObjectMap ?? ObjectMap.Empty })],
    };

    private static EventDraft Draft(Approval approval, EventType type, Principal actor, DateTimeOffset at, byte[] body) => new()
    {
        TenantId = approval.TenantId,
        ExceptionKey = approval.Exception,
        PassId = approval.Pass,
        Type = type,
        Actor = actor,
        At = at,
        Body = body,
    };
}
