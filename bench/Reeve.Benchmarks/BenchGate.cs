using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Reeve.Core.Calls;
using Reeve.Core.Changes;
using Reeve.Core.Decisions;
using Reeve.Core.Documents;
using Reeve.Core.Errors;
using Reeve.Core.PackDocuments;
using Reeve.Core.Policies;
using Reeve.Core.Ports;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Runtime;
using Reeve.Engine.Tools.Breakers;
using Reeve.Engine.Tools.Executions;
using Reeve.Engine.Tools.Gating;
using Reeve.Engine.Tools.Kinds.WebTools;
using Reeve.Engine.Tools.Outbound;

namespace Reeve.Benchmarks;

/// <summary>A gate whose neighbours answer from memory, as they nearly always do, and a call of a step that changes something over HTTP. It judges; it sends and records nothing.</summary>
internal sealed class BenchGate : IHold, IAutomationMode, IRestorations, ISecrets, IBreakerStore, ICommitter, ICallJournal
{
    private const string Domain = """
        {
          "domainName": "Bench",
          "exceptionTypes": {"LOST": {"description": "Gone."}},
          "tools": {"resend": {"description": "Sends another.", "endpoint": "https://tools.example/orders/{args.order}/resend",
            "inputSchema": {"type": "object", "required": ["order", "reason"], "properties": {
              "order": {"type": "string", "maxLength": 40}, "reason": {"type": "string", "maxLength": 200}, "amount": {"type": "number", "minimum": 0}, "urgent": {"type": "boolean"}}}}}
        }
        """;

    internal BenchGate()
    {
        BoundPolicy policy = PolicyBinder.Bind(
            DomainPackReader.Read(Parse(Domain)).OrThrow(), TenantPolicyReader.Read(Parse("""{"tenantId": "NORTH", "domainName": "Bench"}""")).OrThrow()).OrThrow();
        Task<BoundPolicy> active = Task.FromResult(policy);
        OutboundClient client = new(new OutboundOptions(), new SystemNetwork(), TimeProvider.System);
        Gate = new ToolGate(
            new GatePorts
            {
                Kinds = [new WebToolKind(client, this, TimeProvider.System)],
                ActivePair = (_, _, _) => active,
                IsSwitchedOff = static (_, _, _, _) => ValueTask.FromResult(false),
                Hold = this,
                Mode = this,
                Restorations = this,
                Breakers = new ToolBreakers(this, this, SignalBoard.OfOneProcess(), TimeProvider.System, NullLogger.Instance),
                Journal = this,
            },
            new ThreadRuntime(TimeProvider.System), static () => 0, new ToolGateOptions(), NullLogger.Instance);
        Call = new ToolCall
        {
            Id = new ExecutionId(new Guid("0197c3d0-0000-7000-8000-000000000001")),
            Policy = policy,
            Tool = new ToolName("resend"),
            Arguments = (ObjectMap)JsonText.Parse("""{"order": "O-4711", "reason": "It was lost on its way.", "amount": 12.5, "urgent": true}""").AsMap(),
            Authority = CallAuthority.OfPlan(Principal.Of(Stage.Resolution), new PlaybookId("search"), PolicyVerdict.Allow, ""),
            Goal = "Have it arrive.",
        };
    }

    internal ToolGate Gate { get; }

    internal ToolCall Call { get; }

    public ValueTask<bool> IsHeldAsync(TenantId tenant, CancellationToken cancellationToken) => ValueTask.FromResult(false);

    public ValueTask<AutomationMode> OfAsync(TenantId tenant, CancellationToken cancellationToken) => ValueTask.FromResult(AutomationMode.Live);

    public ValueTask<DateTimeOffset?> LastAsync(CancellationToken cancellationToken) => ValueTask.FromResult<DateTimeOffset?>(null);

    public ValueTask<string> ResolveAsync(TenantId tenant, string reference, CancellationToken cancellationToken) => ValueTask.FromResult("");

    public Task<IReadOnlyList<Breaker>> ListAsync(TenantId tenant, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<Breaker>>([]);

    public Task<IReadOnlyList<Breaker>> ListAllAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<Breaker>>([]);

    public Task<CommitOutcome> CommitAsync(IReadOnlyList<Change> changes, CancellationToken cancellationToken) => throw Never();

    public Task<CommitOutcome> CommitAloneAsync(TenantId tenant, IReadOnlyList<Change> changes, CancellationToken cancellationToken) => throw Never();

    public Task<Opening?> RecallAsync(TenantId tenant, ExecutionId id, CallDigest digest, CancellationToken cancellationToken) => throw Never();

    public Task<Opening> OpenAsync(PreparedCall call, bool isAwaited, CancellationToken cancellationToken) => throw Never();

    public ReeveError? MaySend(Opening.Opened opened) => throw Never();

    public Task<ToolAnswer> SettleAsync(PreparedCall call, Opening.Opened opened, CallEnd end, CancellationToken cancellationToken) => throw Never();

    public Task<ToolAnswer> KeepBackAsync(PreparedCall call, Opening.Opened opened, ReeveError error, bool mayHaveRun, CancellationToken cancellationToken) => throw Never();

    public void Leave(PreparedCall call, Opening.Opened opened, ReeveError error) => throw Never();

    public Task<ToolAnswer.Refused> RefuseAsync(CallRecord call, GateDecision decision, CancellationToken cancellationToken) => throw Never();

    public Task<DateTimeOffset?> SameEffectAsync(ToolCall call, CallDigest content, CancellationToken cancellationToken) => Task.FromResult<DateTimeOffset?>(null);

    private static Document Parse(string json) => DocumentReader.ReadJson(Encoding.UTF8.GetBytes(json), JsonLimits.Default, "bench");

    private static InvalidOperationException Never() => new("Judging neither records nor sends.");
}
