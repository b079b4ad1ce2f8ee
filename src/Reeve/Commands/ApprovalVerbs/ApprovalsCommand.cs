using System.CommandLine;
using Reeve.Commands.Places;
using Reeve.Core.Errors;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Approvals;
using Reeve.Engine.Approvals.Asking;
using Reeve.Engine.Recording;
using Reeve.Server.Hosting;

namespace Reeve.Commands.ApprovalVerbs;

/// <summary><c>reeve approvals</c>: what people are asked, and what they say (EX-APPR-*). The same door as the API's.</summary>
internal static class ApprovalsCommand
{
    internal static Command Build(CommandContext context) => new("approvals", "List what people are asked to approve, and decide it by a person's key.")
    {
        BuildList(context), BuildShow(context), DecideVerb.Build(context, approves: true), DecideVerb.Build(context, approves: false), BulkVerb.Build(context),
    };

    internal static Option<string?> TenantOption() => new("--tenant") { Description = "Whose; may be left out when the store has one tenant." };

    internal static Argument<string> IdArgument() => new("approval") { Description = "The approval: its id, as `reeve approvals list` shows it." };

    /// <summary>The id that somebody wrote.</summary>
    /// <exception cref="ReeveException">APPR-001.</exception>
    internal static Guid IdOf(string text) => Guid.TryParseExact(text, "D", out Guid id) ? id : throw NotThere();

    internal static ReeveException NotThere() => new(new ReeveError(ErrorCatalogue.Approvals.NotFound, "The tenant has no approval of that id."));

    /// <summary>An approval as it is printed whole.</summary>
    internal static async Task<ObjectMap> WholeAsync(StoreSession session, Approval approval, CancellationToken cancellationToken)
    {
        ExceptionRow? about = approval.Exception is { } key ? await session.Exceptions.FindAsync(approval.TenantId, key, cancellationToken) : null;
        IReadOnlyList<QuorumPart> missing = await session.Approvals.MissingAsync(approval, cancellationToken);
        return ApprovalLines.Whole(approval, missing, about?.Record.ExceptionId.Value);
    }

    private static Command BuildList(CommandContext context)
    {
        Option<ApprovalStatus?> status = SharedOptions.Wired<ApprovalStatus>("--status", "Those that stand so");
        Option<string?> search = new("--search") { Description = "Those whose tool or step has this in it, and those of the exception of this id." };
        Option<int> limit = new("--limit") { Description = "How many at most; 50 unless given.", DefaultValueFactory = static _ => 50 };
        Option<string?> after = new("--after") { Description = "Those older than this one, the last of the page before." };
        Option<string?> tenant = TenantOption();
        Option<string?> store = StoreAccess.Option();
        Option<OutputFormat> format = SharedOptions.Format();
        limit.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 10_000)
            {
                result.AddError("--limit takes 1 to 10,000.");
            }
        });
        Command command = new("list", "List approvals, newest first.") { status, search, limit, after, tenant, store, format };
        command.SetAction((call, cancellationToken) => StoreAccess.RunAsync(context, call.GetValue(store), async session =>
        {
            TenantId of = await StoreAccess.TenantAsync(session, call.GetValue(tenant), cancellationToken);
            string? text = call.GetValue(search);
            ExceptionRow? about = text is null ? null : await session.Exceptions.FindAsync(of, new ExceptionId(text), cancellationToken);
            Guid? before = call.GetValue(after) is { } place ? IdOf(place) : null;
            ApprovalPage found = await session.ApprovalSearch.PageAsync(
                of, new ApprovalFilter(call.GetValue(status), text is { Length: > 0 } ? text : null, about?.Key), before, 0, call.GetValue(limit), cancellationToken);
            List<ObjectMap> rows = [];
            foreach (Approval approval in found.Items)
            {
                rows.Add(ApprovalLines.Of(approval, await session.Approvals.MissingAsync(approval, cancellationToken)));
            }

            Listing.Print(context, call.GetValue(format), rows, ApprovalLines.Columns);
            if (found.Next is { } next)
            {
                context.Error.WriteLine($"There are more: --after {next:D}");
            }

            return Terminal.Done;
        }, cancellationToken));
        return command;
    }

    private static Command BuildShow(CommandContext context)
    {
        Argument<string> id = IdArgument();
        Option<string?> tenant = TenantOption();
        Option<string?> store = StoreAccess.Option();
        Option<OutputFormat> format = SharedOptions.Format(OutputFormat.Table, OutputFormat.Json);
        Command command = new("show", "Show an approval: every call that is asked about, why, what people said, and who is missing.") { id, tenant, store, format };
        command.SetAction((call, cancellationToken) => StoreAccess.RunAsync(context, call.GetValue(store), async session =>
        {
            TenantId of = await StoreAccess.TenantAsync(session, call.GetValue(tenant), cancellationToken);
            Approval found = await session.Approvals.FindAsync(of, IdOf(call.GetValue(id)!), cancellationToken) ?? throw NotThere(); // not null: it is required
            ApprovalLines.Print(context, call.GetValue(format), found, await WholeAsync(session, found, cancellationToken), await session.Approvals.MissingAsync(found, cancellationToken));
            return Terminal.Done;
        }, cancellationToken));
        return command;
    }
}
