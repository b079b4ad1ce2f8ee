using System.CommandLine;
using Reeve.Commands.Places;
using Reeve.Core.Errors;
using Reeve.Core.Policies;
using Reeve.Core.Values;
using Reeve.Core.Wording;
using Reeve.Engine.Approvals;
using Reeve.Governance.Access;

namespace Reeve.Commands.ApprovalVerbs;

/// <summary><c>reeve approvals approve</c> and <c>reject</c>: as the API decides (EX-API-16, 17). Who decides is whose key is in the file; this machine's administrator is no person, and is told so.</summary>
internal static class DecideVerb
{
    internal static Command Build(CommandContext context, bool approves)
    {
        Argument<string> id = ApprovalsCommand.IdArgument();
        Option<string> comments = new("--comments") { Description = approves ? "A remark, at most 4,000 characters." : "Why, at most 4,000 characters.", Required = !approves };
        Option<string[]> bounds = new("--bound")
        {
            Description = "What an awaited argument may be, such as '/amount={\"max\":100}' or, of one of several items, '2/step/amount={\"max\":100}': it adds or narrows.", HelpName = "pointer=bound",
        };
        Option<string?> keyFile = ActingAs.Option();
        Option<string?> tenant = ApprovalsCommand.TenantOption();
        Option<string?> store = StoreAccess.Option();
        Option<OutputFormat> format = SharedOptions.Format(OutputFormat.Table, OutputFormat.Json);
        Command command = new(approves ? "approve" : "reject", approves ? "Approve by a person's key: once the quorum is met, what was approved runs." : "Reject by a person's key, which ends it at once.")
        {
            id, comments, keyFile, tenant, store, format,
        };
        if (approves)
        {
            command.Options.Add(bounds);
        }

        command.SetAction((call, cancellationToken) => StoreAccess.RunAsync(context, call.GetValue(store), new StoreUse { LeavesInbox = true }, async session =>
        {
            Acting acting = await ActingAs.FindAsync(context, session, call.GetValue(keyFile), call.GetValue(tenant), Permission.Approve, cancellationToken);
            Guid approval = ApprovalsCommand.IdOf(call.GetValue(id)!); // not null: it is required
            Approval asked = await session.Approvals.FindAsync(acting.TenantId, approval, cancellationToken) ?? throw ApprovalsCommand.NotThere();
            string remark = call.GetValue(comments) ?? "";
            Approval decided = approves
                ? await session.Approvals.ApproveAsync(acting.TenantId, approval, acting.Principal, remark, [.. (call.GetValue(bounds) ?? []).Select(text => Bound(text, asked))], cancellationToken)
                : await session.Approvals.RejectAsync(acting.TenantId, approval, acting.Principal, remark, cancellationToken);
            IReadOnlyList<QuorumPart> missing = await session.Approvals.MissingAsync(decided, cancellationToken);
            ApprovalLines.Print(context, call.GetValue(format), decided, await ApprovalsCommand.WholeAsync(session, decided, cancellationToken), missing);
            context.Error.WriteLine(Shown.Line(decided.Status == ApprovalStatus.Pending ? $"Heard. It still asks for {QuorumCount.Show(missing)}." : $"It is {Core.Records.Wire.Name(decided.Status)}."));
            return Terminal.Done;
        }, cancellationToken));
        return command;
    }

    // PLACE/PART/POINTER=BOUND, or POINTER=BOUND of the only item: a pointer begins with a slash, a place with a digit.
    private static GivenBound Bound(string text, Approval asked)
    {
        int end = text.IndexOf('=', StringComparison.Ordinal);
        ApprovalItem? only = asked.Request?.Items is [var one] ? one : null;
        string[] parts = end < 0 ? [] : text[..end].Split('/', 3);
        if (end < 0 || (text[0] == '/' && only is null) || (text[0] != '/' && (parts.Length < 3 || !int.TryParse(parts[0], System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out _))))
        {
            throw new ReeveException(new ReeveError(ErrorCatalogue.Approvals.BadBound, "Write POINTER=BOUND, or PLACE/PART/POINTER=BOUND where several calls are asked about.", "--bound"));
        }

        ArgumentBound bound = ArgumentBound.Read(JsonText.Parse(text[(end + 1)..]), "--bound");
        return text[0] == '/'
            ? new GivenBound(only!.Place, only.Part, text[..end], bound) // not null: else it was refused
            : new GivenBound(int.Parse(parts[0], System.Globalization.CultureInfo.InvariantCulture), parts[1], "/" + parts[2], bound);
    }
}
