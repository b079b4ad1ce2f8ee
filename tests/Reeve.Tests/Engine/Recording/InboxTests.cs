using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Reeve.Core.Changes;
using Reeve.Core.Decisions;
using Reeve.Core.Errors;
using Reeve.Core.Events;
using Reeve.Core.Records;
using Reeve.Engine.Agents;
using Reeve.Engine.Inbox;
using Reeve.Engine.Recording;
using Reeve.Engine.Replay;
using Reeve.Engine.Runtime;
using static Reeve.Tests.Recording.RecordBench;

namespace Reeve.Tests.Recording;

/// <summary>What is received first is answered at once and decided by the worker; what stopped a process is decided alone, and not for ever.</summary>
public sealed class InboxTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_received_first_is_answered_open_and_decided_by_the_worker_as_it_would_have_been()
    {
        RecordBench plain = new();
        await plain.Ingest($"[{Delayed},{Delayed}]");
        RecordBench bench = new();
        (RecordedPipeline door, InboxWorker worker) = Serving(bench);
        Task working = worker.RunAsync(CancellationToken.None);

        List<ExceptionResult> results = await bench.Ingest($"[{Delayed},{Delayed}]", door: door);
        worker.Drain();
        await working;

        results.Select(result => result.Status).ShouldBe([ResolutionStatus.Open, ResolutionStatus.Open]);
        bench.Store.Unfinished().ShouldBeEmpty();
        bench.Hashes().ShouldBe(plain.Hashes());
        ExceptionRow row = await bench.Row(results[0].ExceptionId);
        bench.EventsOf(row.Key).Select(item => item.RowVersion).ShouldBe([1, 2, 2, 2, 2, 2, 2, 2, 2]);
        bench.Ports.Queues.Held.ShouldBe((0, 0));
        bench.Ports.Queues.LetIn.ShouldBe(0);
    }

    [Fact]
    public async Task A_document_s_passes_begin_when_its_sender_was_answered()
    {
        RecordBench bench = new();
        (RecordedPipeline door, InboxWorker worker) = Serving(bench);
        Task working = worker.RunAsync(CancellationToken.None);
        HandOver hand = worker.Begin();
        RoomShare room = bench.Ports.Queues.TryReserve(bench.Tenant, 1, 1_000, out _).ShouldNotBeNull();

        List<ExceptionResult> results = await bench.IngestDocument($"[{Delayed},{Delayed}]", door, new IngestedDocument(room, 1_000, hand));
        bench.Parts.ShouldNotContain(item => item.Type == EventType.PipelineCompleted);
        bench.Ports.Queues.Held.Items.ShouldBe(2);
        hand.Release();
        worker.Drain();
        await working;

        results.Count.ShouldBe(2);
        bench.Hashes().Count.ShouldBe(2);
        bench.Ports.Queues.Held.ShouldBe((0, 0));
    }

    [Fact]
    public async Task What_the_store_could_not_take_is_set_free_and_decided_when_it_is_back()
    {
        RecordBench bench = new();
        (RecordedPipeline door, InboxWorker worker) = Serving(bench);
        bench.Store.Fault = changes => changes.OfType<ExceptionChange.Dequeue>().Any() ? new ReeveException(new ReeveError(ErrorCatalogue.Storage.Unavailable, "Away.")) : null;
        Task working = worker.RunAsync(CancellationToken.None);
        await bench.Ingest(Delayed, door: door);

        worker.Drain();
        await working;
        bench.Store.Unfinished().ShouldHaveSingleItem().Attempts.ShouldBe(0);
        bench.Store.Fault = null;

        (await bench.Beside().ResumeAsync(Token)).ShouldBe(1);
        bench.Store.Unfinished().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_pass_that_stopped_the_process_three_times_is_escalated_undecided_and_feedback_still_runs()
    {
        RecordBench bench = new();
        await ReceiveAsync(bench);
        for (int stop = 0; stop < 2; stop++)
        {
            bench.Ports = bench.Ports with { Committer = new DyingCommitter(bench.Store, 1, afterwards: false) };
            RecordedPipeline dying = bench.Door();
            InboxPass free = (await bench.Store.FreeAsync(null, [], 10, Token)).ShouldHaveSingleItem();
            InboxPass claimed = (await bench.Store.ClaimAsync([free], Token)).ShouldHaveSingleItem();
            if (claimed.Attempts < 3)
            {
                (await dying.ResumeAsync(claimed, Token)).ShouldBe(PassEnd.NotHere);
                continue;
            }

            bench.Ports = bench.Ports with { Committer = bench.Store };
            (await bench.Beside().ResumeAsync(claimed, Token)).ShouldBe(PassEnd.Decided);
        }

        ExceptionRow row = (await bench.Store.ListAsync(bench.Tenant, new ExceptionQuery(), Token)).Items.Single();
        row.Record.ResolutionStatus.ShouldBe(ResolutionStatus.Escalated);
        List<LoggedEvent> events = bench.EventsOf(row.Key);
        events.Select(item => item.Type.Name).ShouldBe(["ExceptionReceived", "StageFailed", "StageCompleted", "PipelineCompleted"]);
        (events[1].Stage, Text(events[1]).Contains("PIPE-007", StringComparison.Ordinal), events[2].Stage).ShouldBe(("intake", true, "feedback"));
        bench.Store.Unfinished().ShouldBeEmpty();
        (await bench.Replay(row.RunId)).ShouldHaveSingleItem().Verdict.ShouldBe(ReplayVerdict.Equal);
    }

    [Theory]
    [InlineData(4, 0, "PIPE-007")]
    [InlineData(2, 61, "PIPE-008")]
    public async Task What_stops_it_even_then_or_can_be_decided_nowhere_ends_without_being_read(int attempts, int minutes, string code)
    {
        RecordBench bench = new();
        await ReceiveAsync(bench);
        RecordedPipeline door = bench.Door();
        bench.Clock.Advance(TimeSpan.FromMinutes(minutes));
        bench.HasPacks = false;
        InboxPass claimed = (await bench.Store.ClaimAsync(await bench.Store.FreeAsync(null, [], 10, Token), Token)).ShouldHaveSingleItem();

        (await door.ResumeAsync(claimed with { Attempts = attempts }, Token)).ShouldBe(PassEnd.Decided);

        ExceptionRow row = (await bench.Store.ListAsync(bench.Tenant, new ExceptionQuery(), Token)).Items.Single();
        (row.Record.ResolutionStatus, row.Version).ShouldBe((ResolutionStatus.Escalated, 2));
        List<LoggedEvent> events = bench.EventsOf(row.Key);
        events.Select(item => item.Type.Name).ShouldBe(["ExceptionReceived", "StageFailed"]);
        (events[1].Stage, Text(events[1]).Contains(code, StringComparison.Ordinal)).ShouldBe(("intake", true));
        bench.Store.Unfinished().ShouldBeEmpty();
        bench.HasPacks = true;
        (await bench.Replay(row.RunId)).ShouldHaveSingleItem().Verdict.ShouldBe(ReplayVerdict.Unfinished);
    }

    [Fact]
    public async Task A_pass_that_is_no_longer_its_exception_s_leaves_the_inbox_and_changes_nothing()
    {
        RecordBench bench = new();
        await ReceiveAsync(bench);
        ExceptionRow row = (await bench.Store.ListAsync(bench.Tenant, new ExceptionQuery(), Token)).Items.Single();
        await bench.Store.CommitAsync([new ExceptionChange.Update(row with { Version = 2, PassId = new PassId(Guid.CreateVersion7()) }, 1)], Token);

        (await bench.Door().ResumeAsync(Token)).ShouldBe(0);

        bench.Store.Unfinished().ShouldBeEmpty();
        (await bench.Row(row.Record.ExceptionId)).Version.ShouldBe(2);
    }

    [Fact]
    public async Task What_a_node_owns_and_nobody_has_is_set_free_at_the_second_look()
    {
        RecordBench bench = new();
        await ReceiveAsync(bench);
        WatchedInbox watched = new(bench.Store);
        bench.Ports = bench.Ports with { Inbox = watched };
        RecordedPipeline door = bench.Beside();
        InboxWorker worker = new(watched, door, bench.Ports.Queues, new ThreadRuntime(bench.Clock), NullLogger.Instance);
        Task working = worker.RunAsync(CancellationToken.None);

        // Each look asks for what is free; each tenth second for what is owned, before that.
        for (int second = 0; second < 25 && bench.Store.Unfinished().Count > 0; second++)
        {
            Task next = watched.NextLook();
            bench.Clock.Advance(TimeSpan.FromSeconds(1));
            worker.Wake();
            await next;
        }

        worker.Drain();
        await working;
        bench.Store.Unfinished().ShouldBeEmpty();
        bench.Hashes().Count.ShouldBe(1);
    }

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 1)]
    public async Task A_process_that_stops_leaves_what_is_nobody_s_to_others(bool stops, int left)
    {
        RecordBench bench = new();
        await ReceiveAsync(bench);
        bench.Store.StopUncleanly();
        WatchedInbox watched = new(bench.Store);
        bench.Ports = bench.Ports with { Inbox = watched };
        InboxWorker worker = new(watched, bench.Beside(), bench.Ports.Queues, new ThreadRuntime(bench.Clock), NullLogger.Instance);
        if (stops)
        {
            worker.StopClaims();
        }

        // A look sets free what nobody has, every tenth second, before it claims: two of them are a whole look.
        Task working = worker.RunAsync(CancellationToken.None);
        for (int sweep = 0; sweep < 2; sweep++)
        {
            Task next = watched.NextSweep();
            while (!next.IsCompleted)
            {
                bench.Clock.Advance(TimeSpan.FromSeconds(10));
                worker.Wake();
                await Task.Yield();
            }
        }

        worker.Drain();
        await working;
        bench.Store.Unfinished().Count.ShouldBe(left);
    }

    [Fact]
    public async Task Of_a_batch_with_one_that_kills_the_process_all_others_are_decided_and_it_alone_is_escalated_within_three_restarts()
    {
        RecordBench bench = new();
        (RecordedPipeline door, _) = Serving(bench);
        await bench.Ingest("[" + string.Join(",", Enumerable.Range(0, 256).Select(i => i == 97 ? Delayed.Replace("P1", "POISON", StringComparison.Ordinal) : Delayed)) + "]", door: door);
        int restarts = 0;
        bool died = true;
        while (died)
        {
            (++restarts).ShouldBeLessThanOrEqualTo(3);
            died = await LiveAsync(bench);
        }

        bench.Store.Unfinished().ShouldBeEmpty();
        IReadOnlyList<ExceptionRow> rows = (await bench.Store.ListAsync(bench.Tenant, new ExceptionQuery { Limit = 1_000 }, Token)).Items;
        (rows.Count, rows.Count(row => row.Version == 2)).ShouldBe((256, 256));
        bench.Parts.Count(item => item.Type == EventType.PipelineCompleted).ShouldBe(256);
        LoggedEvent failed = bench.Parts.Single(item => item.Type == EventType.StageFailed);
        rows.Single(row => row.Key == failed.ExceptionKey).Record.ResolutionStatus.ShouldBe(ResolutionStatus.Escalated);
        Text(failed).ShouldContain("PIPE-007");
    }

    [Fact]
    public async Task What_follows_a_received_pass_waits_until_that_is_decided()
    {
        RecordBench bench = new(ProblemRunTests.Alerts);
        (RecordedPipeline door, InboxWorker worker) = Serving(bench);
        Task working = worker.RunAsync(CancellationToken.None);

        List<ExceptionResult> results = await bench.Ingest($"[{ProblemRunTests.Event(1, hours: 100)},{ProblemRunTests.Event(2, state: "close")}]", door: door);
        worker.Drain();
        await working;

        results.Count.ShouldBe(2);
        ExceptionRow row = await bench.Row(results[0].ExceptionId);
        row.Record.ResolutionStatus.ShouldBe(ResolutionStatus.Resolved);
        bench.Store.Unfinished().ShouldBeEmpty();
        bench.Hashes().Count.ShouldBe(2);
    }

    // One life of a process; true when the poison ended it. What dies sets nothing free.
    private static async Task<bool> LiveAsync(RecordBench bench)
    {
        using CancellationTokenSource dying = new();
        bench.Agents = With(new DeadlyAgent(dying));
        bench.Ports = bench.Ports with { Inbox = new DyingInbox(bench.Store, dying.Token) };
        try
        {
            await bench.Door().ResumeAsync(dying.Token);
            return false;
        }
        catch (OperationCanceledException)
        {
            return true;
        }
    }

    // Received by a process that died before it decided.
    private static async Task ReceiveAsync(RecordBench bench)
    {
        (RecordedPipeline door, _) = Serving(bench);
        await bench.Ingest(Delayed, door: door);
        bench.Store.Unfinished().ShouldHaveSingleItem().Attempts.ShouldBe(1);
    }

    private static (RecordedPipeline Door, InboxWorker Worker) Serving(RecordBench bench)
    {
        bench.Ports = bench.Ports with { ReceivesFirst = () => true };
        RecordedPipeline door = bench.Door();
        door.Worker = new InboxWorker(bench.Store, door, bench.Ports.Queues, new ThreadRuntime(bench.Clock), NullLogger.Instance);
        return (door, door.Worker);
    }
}

/// <summary>Intake that ends the process at one payload.</summary>
internal sealed class DeadlyAgent(CancellationTokenSource dying) : IStageAgent
{
    private readonly IStageAgent real = new IntakeAgent();

    public Stage Stage => Stage.Intake;

    public IReadOnlyList<EvidenceRequest> Ask(AgentMessage message, IReadOnlyList<Evidence> evidence) => [];

    public AgentDecision Decide(AgentMessage message, IReadOnlyList<Evidence> evidence)
    {
        if (Encoding.UTF8.GetString(message.Arrival.Record.RawBytes.Span).Contains("POISON", StringComparison.Ordinal))
        {
            dying.Cancel();
            dying.Token.ThrowIfCancellationRequested();
        }

        return real.Decide(message, evidence);
    }
}

/// <summary>The inbox of a process that may have died: then it changes nothing.</summary>
internal sealed class DyingInbox(IInboxStore inner, CancellationToken died) : IInboxStore
{
    public Task<IReadOnlyList<InboxPass>> FreeAsync(TenantId? after, IReadOnlyCollection<PassId> except, int limit, CancellationToken cancellationToken) => inner.FreeAsync(after, except, limit, cancellationToken);

    public Task<IReadOnlyList<InboxPass>> ClaimAsync(IReadOnlyList<InboxPass> passes, CancellationToken cancellationToken) => inner.ClaimAsync(passes, cancellationToken);

    public Task SetFreeAsync(IReadOnlyList<(TenantId Tenant, PassId Pass)> passes, CancellationToken cancellationToken) =>
        died.IsCancellationRequested ? Task.CompletedTask : inner.SetFreeAsync(passes, cancellationToken);

    public Task RemoveAsync(TenantId tenant, PassId pass, CancellationToken cancellationToken) => inner.RemoveAsync(tenant, pass, cancellationToken);

    public Task<IReadOnlyList<(TenantId Tenant, PassId Pass)>> OwnedAsync(int limit, CancellationToken cancellationToken) => inner.OwnedAsync(limit, cancellationToken);
}

/// <summary>An inbox whose reader can be awaited.</summary>
internal sealed class WatchedInbox(IInboxStore inner) : IInboxStore
{
    private TaskCompletionSource next = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource sweep = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends with the next look at what the process owns.</summary>
    internal Task NextSweep() => Volatile.Read(ref sweep).Task;

    /// <summary>Ends with the next look at what is free.</summary>
    internal Task NextLook() => Volatile.Read(ref next).Task;

    public async Task<IReadOnlyList<InboxPass>> FreeAsync(TenantId? after, IReadOnlyCollection<PassId> except, int limit, CancellationToken cancellationToken)
    {
        IReadOnlyList<InboxPass> free = await inner.FreeAsync(after, except, limit, cancellationToken);
        Interlocked.Exchange(ref next, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
        return free;
    }

    public Task<IReadOnlyList<InboxPass>> ClaimAsync(IReadOnlyList<InboxPass> passes, CancellationToken cancellationToken) => inner.ClaimAsync(passes, cancellationToken);

    public Task SetFreeAsync(IReadOnlyList<(TenantId Tenant, PassId Pass)> passes, CancellationToken cancellationToken) => inner.SetFreeAsync(passes, cancellationToken);

    public Task RemoveAsync(TenantId tenant, PassId pass, CancellationToken cancellationToken) => inner.RemoveAsync(tenant, pass, cancellationToken);

    public async Task<IReadOnlyList<(TenantId Tenant, PassId Pass)>> OwnedAsync(int limit, CancellationToken cancellationToken)
    {
        IReadOnlyList<(TenantId Tenant, PassId Pass)> owned = await inner.OwnedAsync(limit, cancellationToken);
        Interlocked.Exchange(ref sweep, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
        return owned;
    }
}
