using System.CommandLine;
using Reeve.Commands.Places;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Approvals.Asking;
using Reeve.Governance.Access;

namespace Reeve.Commands.ApprovalVerbs;

/// <summary><c>reeve approvals bulk</c>: one decision about several approvals, each for itself (EX-API-18).</summary>
internal static class BulkVerb
{
    private static readonly string[] Columns = ["approvalId", "status", "code", "message"];

    internal static Command Build(CommandContext context)
    {
        Argument<string> decision = new("decision") { Description = "approve or reject." };
        decision.AcceptOnlyFromAmong("approve", "reject");
        Argument<string[]> ids = new("approvals") { Description = "The approvals: their ids.", Arity = ArgumentArity.OneOrMore };
        Option<string?> comments = new("--comments") { Description = "A remark on each, at most 4,000 characters; a rejection says why." };
        Option<string?> keyFile = ActingAs.Option();
        Option<string?> tenant = ApprovalsCommand.TenantOption();
        Option<string?> store = StoreAccess.Option();
        Option<OutputFormat> format = SharedOptions.Format();
        Command command = new("bulk", "Approve or reject several by a person's key: what is refused of one stops none of the others.") { decision, ids, comments, keyFile, tenant, store, format };
        command.SetAction((call, cancellationToken) => StoreAccess.RunAsync(context, call.GetValue(store), new StoreUse { LeavesInbox = true }, async session =>
        {
            Acting acting = await ActingAs.FindAsync(context, session, call.GetValue(keyFile), call.GetValue(tenant), Permission.Approve, cancellationToken);
            IReadOnlyList<BulkDecision> decided = await new BulkDecisions(session.Approvals).DecideAsync(
                acting.TenantId, [.. call.GetValue(ids)!.Distinct(StringComparer.OrdinalIgnoreCase)], call.GetValue(decision) == "approve", acting.Principal, call.GetValue(comments) ?? "", cancellationToken); // not null: they are required
            Listing.Print(context, call.GetValue(format), [.. decided.Select(Row)], Columns);
            int refused = decided.Count(static one => one.Error is not null);
            context.Error.WriteLine($"{decided.Count - refused} decided, {refused} refused.");
            return refused == 0 ? Terminal.Done : Terminal.Refused;
        }, cancellationToken));
        return command;
    }

    private static ObjectMap Row(BulkDecision one) => ObjectMap.Of(
        ("approvalId", Value.Of(one.Id)),
        ("status", Value.Of(one.Approval is { } approval ? Wire.Name(approval.Status) : null)),
        ("code", Value.Of(one.Error?.Code)),
        ("message", Value.Of(one.Error?.Message)));
}
