using Microsoft.Extensions.Logging.Abstractions;
using Reeve.Core.Decisions;
using Reeve.Core.Policies;
using Reeve.Core.Ports;
using Reeve.Engine.Imports;
using Reeve.Engine.Intake;
using Reeve.Engine.Recording;
using Reeve.Engine.Runtime;
using Reeve.Tests.Recording;

namespace Reeve.Tests.Imports;

/// <summary>Senders of imports over a store in memory; each desk is a node that a test may drop.</summary>
internal sealed class ImportBench(BoundPolicy? policy = null)
{
    internal RecordBench Record { get; } = new(policy);

    // What a desk's node writes by.
    private readonly Dictionary<ImportDesk, ICommitter> committers = [];

    internal ImportDesk Desk(ICommitter? committer = null, Guid? node = null)
    {
        ImportDesk desk = new(Record.Store, committer ?? Record.Store, new SystemIds(), Record.Clock, node ?? Guid.NewGuid(), NullLogger.Instance);
        committers.Add(desk, committer ?? Record.Store);
        return desk;
    }

    internal ImportRequest Request(string key, ImportKind kind = ImportKind.Stream, byte[]? body = null, BoundPolicy? by = null) =>
        new(Record.Tenant, ImportId.Of(Record.Tenant, "key:1", key), kind, (by ?? Record.Policy).Domain.Name, body);

    /// <summary>Sends items under a key as a request does, and ends the import; a node that dies is one whose committer throws.</summary>
    internal async Task<List<ExceptionResult>> SendAsync(ImportDesk desk, string key, string[] items, BoundPolicy? by = null, ImportKind kind = ImportKind.Stream, byte[]? body = null)
    {
        OpenImport import = await desk.OpenAsync(Request(key, kind, body, by), TestContext.Current.CancellationToken);
        List<ExceptionResult> results = [];
        if (import.Replays is { } ended)
        {
            await foreach (ExceptionResult result in desk.AnswersAsync(ended, TestContext.Current.CancellationToken))
            {
                results.Add(result);
            }

            return results;
        }

        RecordedPipeline door = new(
            new ThreadRuntime(Record.Clock), new SystemIds(), Record.Options, NullLogger.Instance, Record.Ports with { Committer = committers[desk] }, evidence: Record.Evidence, agents: Record.Agents);
        await foreach (ExceptionResult result in door.IngestAsync(Items(items), by ?? Record.Policy, Record.NewRun(RunKind.Ingestion, isFixed: false), import, TestContext.Current.CancellationToken))
        {
            results.Add(result);
        }

        await import.EndAsync(!results.Exists(result => result.Errors.Any(error => error.IsTransient)), Count(results));
        return results;
    }

    internal async Task<Import> FindAsync(string key) => (await Record.Store.FindAsync(Record.Tenant, Request(key).Id, TestContext.Current.CancellationToken)).ShouldNotBeNull();

    internal async Task<IReadOnlyList<ImportItem>> RowsAsync(string key) =>
        await Record.Store.PageAsync(await FindAsync(key), null, int.MaxValue, refusedOnly: false, TestContext.Current.CancellationToken);

    internal int Exceptions() => Record.Store.Commits.SelectMany(commit => commit.Changes).OfType<Core.Changes.ExceptionChange.Add>().Count();

    internal static ImportCounts Count(List<ExceptionResult> results)
    {
        long accepted = results.Count(result => result.Status is not null);
        return new ImportCounts(results.Count, accepted, results.Count(result => result.Status is not null && result.IsRepeat), results.Count - accepted);
    }

    private static async IAsyncEnumerable<RawItem> Items(string[] items)
    {
        await Task.CompletedTask;
        foreach (string item in items)
        {
            yield return new RawItem(System.Text.Encoding.UTF8.GetBytes(item), null);
        }
    }

    private sealed class SystemIds : IIdSource
    {
        public Guid Next(DateTimeOffset at) => Guid.CreateVersion7(at);
    }
}
