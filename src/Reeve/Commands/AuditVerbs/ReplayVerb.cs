using System.CommandLine;
using Reeve.Commands.Artefacts;
using Reeve.Commands.Places;
using Reeve.Core.Errors;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Core.Wording;
using Reeve.Engine.Replay;
using Reeve.Server.Hosting;

namespace Reeve.Commands.AuditVerbs;

/// <summary><c>reeve audit replay</c>: decides a run again from its record and compares to the byte.</summary>
internal static class ReplayVerb
{
    private const string DecisionsOption = "--decisions";

    internal static Command Build(CommandContext context)
    {
        Option<string> run = new("--run") { Description = "The run, as 'reeve runs list' shows it.", Required = true };
        Option<string?> tenant = new("--tenant") { Description = "Whose; may be left out when the store has one tenant." };
        Option<string?> decisions = new(DecisionsOption) { Description = "A file for the decision documents that were made again, as JSON Lines: what 'reeve run --decisions' writes." };
        Option<string?> store = StoreAccess.Option();
        Option<OutputFormat> format = SharedOptions.Format();
        Command command = new("replay", "Decide a run again from its recorded inputs and evidence. Exit 3 when a decision differs.") { run, tenant, decisions, store, format };
        command.SetAction((call, cancellationToken) => StoreAccess.RunAsync(context, call.GetValue(store), async session =>
        {
            TenantId of = await StoreAccess.TenantAsync(session, call.GetValue(tenant), cancellationToken);
            RunId id = await FindAsync(session, of, call.GetValue(run)!, cancellationToken); // not null: it is required
            return await ReplayAsync(context, session.Replay.ReplayAsync(of, id, cancellationToken), call.GetValue(decisions), call.GetValue(format));
        }, cancellationToken));
        return command;
    }

    private static async Task<RunId> FindAsync(StoreSession session, TenantId tenant, string text, CancellationToken cancellationToken)
    {
        RunId? found = Guid.TryParse(text, out Guid id) ? (await session.Runs.FindAsync(tenant, new RunId(id), cancellationToken))?.Id : null;
        return found ?? throw new ReeveException(new ReeveError(
            ErrorCatalogue.Command.NotFound, $"Tenant {tenant} has no run {Shown.Name(text)}.", "--run", nextStep: "List them: reeve runs list."));
    }

    private static async Task<int> ReplayAsync(CommandContext context, IAsyncEnumerable<ReplayedPass> passes, string? decisions, OutputFormat format)
    {
        await using FileStream? file = decisions is null ? null : PrivateFile.Create(context.FullPathOf(decisions), DecisionsOption);
        int[] counts = new int[Enum.GetValues<ReplayVerdict>().Length];
        List<ObjectMap> rows = [];
        await foreach (ReplayedPass pass in passes)
        {
            counts[(int)pass.Verdict]++;
            if (pass.Document is { } document && file is not null)
            {
                Write(file, document);
            }

            // For people, what is equal is only counted.
            if (format != OutputFormat.Table || pass.Verdict != ReplayVerdict.Equal)
            {
                rows.Add(ObjectMap.Of(
                    ("pipelineId", Value.Of(pass.PassId.ToString())),
                    ("exceptionId", Value.Of(pass.ExceptionId?.Value)),
                    ("verdict", Value.Of(Wire.Name(pass.Verdict))),
                    ("detail", Value.Of(pass.Detail))));
            }
        }

        Listing.Print(context, format, rows, "exceptionId", "verdict", "detail");
        context.Error.WriteLine($"{counts.Sum()} passes: {string.Join(", ", Enum.GetValues<ReplayVerdict>().Select(verdict => $"{counts[(int)verdict]} {Wire.Name(verdict)}"))}.");
        return counts[(int)ReplayVerdict.Different] == 0 ? Terminal.Done : Terminal.FailedCheck;
    }

    private static void Write(FileStream file, byte[] document)
    {
        try
        {
            file.Write(document);
            file.WriteByte((byte)'\n');
        }
        catch (IOException failure)
        {
            throw PrivateFile.Unwritable(DecisionsOption, failure);
        }
    }
}
