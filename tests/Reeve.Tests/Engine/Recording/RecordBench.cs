using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Reeve.Core.Changes;
using Reeve.Core.Decisions;
using Reeve.Core.Events;
using Reeve.Core.Policies;
using Reeve.Core.Ports;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Engine.Agents;
using Reeve.Engine.Inbox;
using Reeve.Engine.Intake;
using Reeve.Engine.Pipeline;
using Reeve.Engine.Recording;
using Reeve.Engine.Replay;
using Reeve.Engine.Runtime;
using Reeve.Testing.Stores;

namespace Reeve.Tests.Recording;

/// <summary>A store in memory and doors over it; each door is a process that a test may drop.</summary>
internal sealed class RecordBench
{
    internal const string Delayed = """{"exceptionType":"DELAYED","parcel":"P1","hoursLate":48,"amount":12.5}""";

    internal RecordBench(BoundPolicy? policy = null)
    {
        Policy = policy ?? Make.Bound();
        Store = new MemoryStore(Clock, slots: 2);
        Ports = new RecordPorts { Committer = Store, Exceptions = Store, Runs = Store, Log = Store, Queues = new TenantQueues(new QueueLimits(), Clock), Packs = FindPacks, Inbox = Store };
    }

    internal FakeTime Clock { get; } = new(Make.Now);

    internal BoundPolicy Policy { get; }

    internal TenantId Tenant => Policy.TenantId;

    internal MemoryStore Store { get; }

    /// <summary>What doors are made with; a test may put something in between.</summary>
    internal RecordPorts Ports { get; set; }

    internal PipelineOptions Options { get; set; } = new();

    internal IEvidenceSource? Evidence { get; set; }

    internal IEnumerable<IStageAgent>? Agents { get; set; }

    internal IRuntime? Runtime { get; set; }

    /// <summary>Whether packs can be found by their hashes.</summary>
    internal bool HasPacks { get; set; } = true;

    /// <summary>A process that begins where others have stopped.</summary>
    internal RecordedPipeline Door()
    {
        Store.StopUncleanly();
        return Beside();
    }

    /// <summary>Another door of the process that runs.</summary>
    internal RecordedPipeline Beside() => new(Runtime ?? new ThreadRuntime(Clock), new UniqueIds(), Options, NullLogger.Instance, Ports, evidence: Evidence, agents: Agents);

    internal ReplayDesk Desk() => new(new ThreadRuntime(Clock), Store, FindPacks, NullLogger.Instance, Agents);

    internal Run NewRun(RunKind kind = RunKind.Command, bool isFixed = true) => new()
    {
        Id = new RunId(Guid.CreateVersion7(Clock.GetUtcNow())),
        TenantId = Tenant,
        Kind = kind,
        Domain = Policy.Domain.Name,
        DomainPack = Policy.Domain.ContentHash,
        TenantPolicy = Policy.Policy.ContentHash,
        AsOf = isFixed ? Clock.GetUtcNow() : null,
        LogicVersion = DecisionDocument.LogicVersion,
        Product = "0.1.0",
        StartedAt = Clock.GetUtcNow(),
        StartedBy = new Principal(PrincipalKind.Person, "local:cli", "somebody", ["TENANT_ADMIN"]),
    };

    internal Task<List<ExceptionResult>> Run(string input, Run? run = null, CancellationToken? token = null) =>
        Collect((items, cancellation) => Door().RunAsync(items, Policy, run ?? NewRun(), cancellation), input, token);

    internal Task<List<ExceptionResult>> Ingest(string input, Run? run = null, RecordedPipeline? door = null) =>
        Collect((items, cancellation) => (door ?? Door()).IngestAsync(items, Policy, run ?? NewRun(RunKind.Ingestion, isFixed: false), import: null, cancellation), input, null);

    internal Task<List<ExceptionResult>> IngestDocument(string input, RecordedPipeline door, IngestedDocument document) =>
        Collect((items, cancellation) => door.IngestDocumentAsync(items, Policy, NewRun(RunKind.Ingestion, isFixed: false), import: null, document, cancellation), input, null);

    /// <summary>Decides and keeps nothing.</summary>
    internal Task<List<ExceptionResult>> Decide(string input) => Collect(
        (items, cancellation) => new ExceptionPipeline(new ThreadRuntime(Clock), new UniqueIds(), Options, NullLogger.Instance)
            .RunAsync(items, Policy, new RunContext(new RunId(Guid.CreateVersion7()), Clock.GetUtcNow()), cancellation).Select(outcome => outcome.Result),
        input, null);

    internal async Task<List<ReplayedPass>> Replay(RunId run)
    {
        List<ReplayedPass> passes = [];
        await foreach (ReplayedPass pass in Desk().ReplayAsync(Tenant, run, TestContext.Current.CancellationToken))
        {
            passes.Add(pass);
        }

        return passes;
    }

    internal async Task<ExceptionRow> Row(ExceptionId? id) => (await Store.FindAsync(Tenant, id!.Value, TestContext.Current.CancellationToken)).ShouldNotBeNull();

    /// <summary>What the log records, thing by thing.</summary>
    internal IEnumerable<LoggedEvent> Parts => Store.Events.SelectMany(EventParts.Of);

    internal List<LoggedEvent> EventsOf(ExceptionKey key) =>
        [.. Parts.Where(item => item.ExceptionKey == key).OrderBy(item => item.RowVersion).ThenBy(item => item.Position.Ordinal).ThenBy(item => item.Part)];

    internal string Document(ExceptionResult result) =>
        Encoding.UTF8.GetString(DecisionDocument.Render(result, Policy.Domain.ContentHash, Policy.Policy.ContentHash));

    internal List<string> Documents(IEnumerable<ExceptionResult> results) => [.. results.Select(Document)];

    /// <summary>The hashes of decision documents on record, one per pass, in the order of the log.</summary>
    internal List<string> Hashes() => [.. Parts.Where(item => item.Type == EventType.PipelineCompleted).Select(item => Text(item)[^66..^2])];

    internal static string Text(LoggedEvent item) => Encoding.UTF8.GetString(item.Body!.Value.Span);

    internal static IEnumerable<IStageAgent> With(params IStageAgent[] others) =>
        ExceptionPipeline.DefaultAgents().Where(agent => others.All(other => other.Stage != agent.Stage)).Concat(others);

    private Task<BoundPolicy?> FindPacks(TenantId tenant, string domainPack, string tenantPolicy, CancellationToken cancellationToken) =>
        Task.FromResult(HasPacks && domainPack == Policy.Domain.ContentHash && tenantPolicy == Policy.Policy.ContentHash ? Policy : null);

    private static async Task<List<ExceptionResult>> Collect(
        Func<IAsyncEnumerable<RawItem>, CancellationToken, IAsyncEnumerable<ExceptionResult>> work, string input, CancellationToken? token)
    {
        List<ExceptionResult> results = [];
        CancellationToken cancellation = token ?? TestContext.Current.CancellationToken;
        await foreach (ExceptionResult result in work(Items(input), cancellation))
        {
            results.Add(result);
        }

        return results;
    }

    private static async IAsyncEnumerable<RawItem> Items(string input)
    {
        await Task.CompletedTask;
        foreach (RawItem item in BatchReader.Split(Encoding.UTF8.GetBytes(input)))
        {
            yield return item;
        }
    }

    private sealed class UniqueIds : IIdSource
    {
        public Guid Next(DateTimeOffset at) => Guid.CreateVersion7(at);
    }
}

/// <summary>A committer that dies with its process at one of its commits, before or after that commit is durable.</summary>
internal sealed class DyingCommitter(ICommitter inner, int at, bool afterwards) : ICommitter
{
    private int commits;

    public async Task<CommitOutcome> CommitAsync(IReadOnlyList<Change> changes, CancellationToken cancellationToken)
    {
        int number = Interlocked.Increment(ref commits);
        if (number > at || (number == at && !afterwards))
        {
            throw new ProcessDied();
        }

        CommitOutcome outcome = await inner.CommitAsync(changes, cancellationToken);
        return number == at ? throw new ProcessDied() : outcome;
    }

    public Task<CommitOutcome> CommitAloneAsync(TenantId tenant, IReadOnlyList<Change> changes, CancellationToken cancellationToken) => CommitAsync(changes, cancellationToken);
}

/// <summary>What a test drops a process with.</summary>
internal sealed class ProcessDied : Exception;

/// <summary>An agent that wants to know something before it decides what Reeve's own would.</summary>
internal sealed class AskingAgent(Stage stage, Action? deciding = null) : IStageAgent
{
    private readonly IStageAgent real = ExceptionPipeline.DefaultAgents().Single(agent => agent.Stage == stage);

    public Stage Stage => stage;

    public IReadOnlyList<EvidenceRequest> Ask(AgentMessage message, IReadOnlyList<Evidence> evidence) =>
        message.HasMemory && evidence.Count == 0 ? [new EvidenceRequest.SimilarCases((int)stage + 1)] : [];

    public AgentDecision Decide(AgentMessage message, IReadOnlyList<Evidence> evidence)
    {
        deciding?.Invoke();
        AgentDecision decision = real.Decide(message, evidence);
        string? found = evidence.Select(item => item.Answer).OfType<EvidenceAnswer.Cases>().SelectMany(cases => cases.Found).FirstOrDefault()?.Resolution;
        return decision with { Evidence = [.. decision.Evidence, $"Asked and was told: {found ?? "nothing"}."] };
    }
}

/// <summary>A source that counts what it answers.</summary>
internal sealed class CountingSource(double score = 0.91) : IEvidenceSource
{
    private readonly Lock counting = new();

    public List<int> Answered { get; } = [];

    public Task<EvidenceAnswer> AnswerAsync(EvidenceRequest request, AgentMessage message, CancellationToken cancellationToken)
    {
        int count = request.ShouldBeOfType<EvidenceRequest.SimilarCases>().Count;
        lock (counting)
        {
            Answered.Add(count);
        }

        return Task.FromResult<EvidenceAnswer>(new EvidenceAnswer.Cases([new SimilarCase(new ExceptionKey(Guid.Empty), score, $"case {count}")]));
    }
}
