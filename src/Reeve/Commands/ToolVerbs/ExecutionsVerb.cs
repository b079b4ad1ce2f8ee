using System.CommandLine;
using Reeve.Commands.Places;
using Reeve.Core.Calls;
using Reeve.Core.Errors;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Core.Wording;
using Reeve.Engine.Tools.Executions;
using Reeve.Engine.Tools.Requests;
using Reeve.Server.Hosting;

namespace Reeve.Commands.ToolVerbs;

/// <summary><c>reeve tools executions</c>: what became of calls (EX-API-73).</summary>
internal static class ExecutionsVerb
{
    private const int PageByDefault = 50;

    internal static Command Build(CommandContext context)
    {
        Argument<string?> id = new("id") { Description = "One execution; all of them are listed unless given.", Arity = ArgumentArity.ZeroOrOne };
        Option<string?> tool = new("--tool") { Description = "Those of one tool." };
        Option<string?> exception = new("--exception") { Description = "Those for one exception." };
        Option<ExecutionStatus?> status = SharedOptions.Wired<ExecutionStatus>("--status", "Where they stand");
        Option<PrincipalKind?> kind = SharedOptions.Wired<PrincipalKind>("--actor-type", "Those of principals of one kind");
        Option<string?> actor = new("--actor") { Description = "Those of one principal." };
        Option<bool> unknown = new("--unknown") { Description = "Those whose end nobody knows, be it that they are under way." };
        Option<int> limit = SharedOptions.Limit(PageByDefault);
        Option<string?> cursor = new("--cursor") { Description = "Where the page before ended; it says so at its end." };
        Option<string?> tenant = ToolsCommand.TenantOption();
        Option<string?> store = StoreAccess.Option();
        Option<OutputFormat> format = SharedOptions.Format();
        Command command = new("executions", "List calls of tools, newest first, or show one with every attempt.") { id, tool, exception, status, kind, actor, unknown, limit, cursor, tenant, store, format };
        command.SetAction((call, cancellationToken) => StoreAccess.RunAsync(context, call.GetValue(store), async session =>
        {
            TenantId of = await StoreAccess.TenantAsync(session, call.GetValue(tenant), cancellationToken);
            if (call.GetValue(id) is { } one)
            {
                return await ShowAsync(context, session, of, one, call.GetValue(format), cancellationToken);
            }

            ExecutionFilter filter = new()
            {
                Status = call.GetValue(status),
                ActorKind = call.GetValue(kind),
                ActorId = call.GetValue(actor),
                IsOpen = call.GetValue(unknown),
            };
            ExecutionsFound page = await session.Tools.PageAsync(
                of, filter, call.GetValue(tool), call.GetValue(exception) is { } wanted ? new ExceptionId(wanted) : null,
                new PlaceInList(call.GetValue(cursor), Skip: 0, call.GetValue(limit)), cancellationToken);
            Listing.Print(context, call.GetValue(format), [.. page.Items.Select(ToolListing.Of)], ToolListing.ExecutionColumns);
            if (call.GetValue(format) == OutputFormat.Table)
            {
                context.Error.WriteLine($"{page.Items.Count} of {(page.Total > ExecutionsFound.CountedAtMost ? $"more than {ExecutionsFound.CountedAtMost}" : page.Total)} calls.");
            }

            if (page.Next is { } next)
            {
                context.Error.WriteLine($"More: --cursor {next}");
            }

            return Terminal.Done;
        }, cancellationToken));
        return command;
    }

    /// <summary>The id that a word is.</summary>
    /// <exception cref="ReeveException">TOOL-033.</exception>
    internal static ExecutionId IdOf(string word) => Guid.TryParse(word, out Guid id) ? new ExecutionId(id)
        : throw new ReeveException(new ReeveError(ErrorCatalogue.Tools.NoExecution, $"{Shown.Name(word)} is no id of an execution."));

    private static async Task<int> ShowAsync(CommandContext context, StoreSession session, TenantId tenant, string id, OutputFormat format, CancellationToken cancellationToken)
    {
        ExecutionFile file = await session.Tools.ExecutionAsync(tenant, IdOf(id), cancellationToken);
        if (format != OutputFormat.Table)
        {
            Listing.Print(context, format, [ToolListing.Whole(file)]);
            return Terminal.Done;
        }

        Listing.Print(context, format, [ToolListing.Of(file.Row)], ToolListing.ExecutionColumns);
        Listing.WriteIndented(context.Output, Value.Of(ToolListing.Whole(file).Without("execution")));
        return Terminal.Done;
    }
}
