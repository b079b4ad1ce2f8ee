using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Reeve.Core.Decisions;
using Reeve.Core.Policies;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Engine.Agents;
using Reeve.Engine.Inbox;
using Reeve.Engine.Intake;
using Reeve.Engine.PackVersions;
using Reeve.Engine.Pipeline;
using Reeve.Engine.Recording;
using Reeve.Engine.Runtime;
using Reeve.Testing.Stores;
using Reeve.Tests.PackVersions;
using static Reeve.Tests.Recording.RecordBench;

namespace Reeve.Tests.Recording;

/// <summary>What was received under a version is decided with it, whatever becomes active meanwhile (EX-PACK-5).</summary>
public sealed class VersionsInFlightTests
{
    private readonly Shelf shelf = new();

    [Fact]
    public async Task An_activation_in_the_middle_of_a_stream_changes_what_is_received_after_it()
    {
        await shelf.StoreActiveAsync(Versioned("1.0.0"));
        await shelf.StoreActiveAsync(Shelf.Policy("1.0.0"));
        StoredPack next = await shelf.StoreAsync(Versioned("2.0.0"));
        RecordedPipeline door = Door(shelf.Store);

        List<ExceptionResult> first = await IngestAsync(door, async () => await shelf.ActivateAsync(next));
        List<ExceptionResult> second = await IngestAsync(door, () => Task.CompletedTask);

        (await SeveritiesAsync(first)).ShouldHaveSingleItem().ShouldBe(Severity.Low);
        (await SeveritiesAsync(second)).ShouldHaveSingleItem().ShouldBe(Severity.Medium);
    }

    [Fact]
    public async Task A_pass_that_was_received_and_not_decided_is_decided_with_the_version_it_was_received_under()
    {
        StoredPack old = await shelf.StoreActiveAsync(Versioned("1.0.0"));
        await shelf.StoreActiveAsync(Shelf.Policy("1.0.0"));
        StoredPack next = await shelf.StoreAsync(Versioned("2.0.0"));
        BoundPolicy policy = await shelf.Registry.ActiveAsync(Shelf.North, null, Shelf.Token);

        // The run's row is the first commit, 'received' the second, and the process dies behind it.
        RecordedPipeline dying = Door(shelf.Store, new DyingCommitter(shelf.Store, 2, afterwards: true));
        await Should.ThrowAsync<ProcessDied>(async () =>
        {
            await foreach (ExceptionResult _ in dying.IngestAsync(Items(1, () => Task.CompletedTask), policy, NewRun(policy), import: null, Shelf.Token))
            {
            }
        });
        await shelf.ActivateAsync(next);
        shelf.Registry.Forget(Shelf.North);

        shelf.Store.StopUncleanly();
        (await Door(shelf.Store).ResumeAsync(Shelf.Token)).ShouldBe(1);

        ExceptionRow row = (await shelf.Store.ListAsync(Shelf.North, new ExceptionQuery { Limit = 10 }, Shelf.Token)).Items.ShouldHaveSingleItem();
        row.Record.Severity.ShouldBe(Severity.Low);
        (await shelf.Registry.ByHashAsync(Shelf.North, old.ContentHash, policy.Policy.ContentHash, Shelf.Token)).ShouldNotBeNull();
    }

    [Fact]
    public async Task Each_exception_on_record_is_one_use_of_its_packs_and_a_repeat_is_none()
    {
        List<(string Pack, int Count)> told = [];
        RecordBench bench = new();
        bench.Ports = bench.Ports with { Decided = (policy, count) => told.Add((policy.Domain.Name.Value, count)) };
        const string Given = """{"exceptionId":"E1","exceptionType":"DELAYED","sourceSystem":"van","timestamp":"2026-11-01T10:00:00Z","rawPayload":{"parcel":"P1","hoursLate":1}}""";

        await bench.Ingest($"[{Given},{Delayed},7]");
        await bench.Ingest(Given);

        told.Where(item => item.Count > 0).ShouldBe([("Parcels", 2)]);
    }

    private static string Versioned(string version) =>
        Make.With(Make.Domain.Replace("\"defaultSeverity\": \"MEDIUM\"", version == "1.0.0" ? "\"defaultSeverity\": \"LOW\"" : "\"defaultSeverity\": \"MEDIUM\"", StringComparison.Ordinal), "version", $"\"{version}\"");

    private async Task<HashSet<Severity?>> SeveritiesAsync(List<ExceptionResult> results)
    {
        HashSet<Severity?> severities = [];
        foreach (ExceptionResult result in results)
        {
            ExceptionRow row = (await shelf.Store.FindAsync(Shelf.North, result.ExceptionId!.Value, Shelf.Token)).ShouldNotBeNull(); // not null: it was accepted
            severities.Add(row.Record.Severity);
        }

        return severities;
    }

    private async Task<List<ExceptionResult>> IngestAsync(RecordedPipeline door, Func<Task> inTheMiddle)
    {
        BoundPolicy policy = await shelf.Registry.ActiveAsync(Shelf.North, null, Shelf.Token);
        List<ExceptionResult> results = [];
        await foreach (ExceptionResult result in door.IngestAsync(Items(20, inTheMiddle), policy, NewRun(policy), import: null, Shelf.Token))
        {
            results.Add(result);
        }

        return results;
    }

    private static async IAsyncEnumerable<RawItem> Items(int count, Func<Task> inTheMiddle)
    {
        string item = """{"exceptionType":"DELAYED","parcel":"P1","hoursLate":48}""";
        for (int i = 0; i < count; i++)
        {
            if (i == count / 2)
            {
                await inTheMiddle();
            }

            foreach (RawItem raw in BatchReader.Split(Encoding.UTF8.GetBytes(item)))
            {
                yield return raw;
            }
        }
    }

    private RecordedPipeline Door(MemoryStore store, DyingCommitter? committer = null) => new(
        new ThreadRuntime(shelf.Clock), new NewIds(), new PipelineOptions(), NullLogger.Instance,
        new RecordPorts { Committer = committer ?? (Reeve.Core.Ports.ICommitter)store, Exceptions = store, Runs = store, Log = store, Inbox = store, Queues = new TenantQueues(new QueueLimits(), shelf.Clock), Packs = shelf.Registry.ByHashAsync },
        evidence: new CountingSource(), agents: With(new AskingAgent(Stage.Triage)));

    private Run NewRun(BoundPolicy policy) => new()
    {
        Id = new RunId(Guid.CreateVersion7(shelf.Clock.GetUtcNow())),
        TenantId = Shelf.North,
        Kind = RunKind.Ingestion,
        Domain = policy.Domain.Name,
        DomainPack = policy.Domain.ContentHash,
        TenantPolicy = policy.Policy.ContentHash,
        LogicVersion = DecisionDocument.LogicVersion,
        Product = "0.1.0",
        StartedAt = shelf.Clock.GetUtcNow(),
        StartedBy = new Principal(PrincipalKind.Service, "system:server", "reeve", []),
    };

    private sealed class NewIds : IIdSource
    {
        public Guid Next(DateTimeOffset at) => Guid.CreateVersion7(at);
    }
}
