using Microsoft.Extensions.Logging.Abstractions;
using Reeve.Core.Calls;
using Reeve.Core.Decisions;
using Reeve.Core.Policies;
using Reeve.Core.Ports;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Tools.Executions;
using Reeve.Testing.Recording;

namespace Reeve.Testing.Calling;

/// <summary>A process that makes calls, over a record: several of them on one are several processes.</summary>
public sealed class CallBench : ISlotFreshness, IRestorations
{
    /// <summary>Parcels, with a tool that knows its keys.</summary>
    public static readonly BoundPolicy Policy = Make.Bound(Make.Domain.Replace("\"resend\": {", "\"resend\": {\"idempotent\": true, ", StringComparison.Ordinal));

    public static readonly Principal Caller = new(PrincipalKind.Person, "key:1", "Zoë", ["operator"]);

    public CallBench(RecordStores stores, TimeProvider? clock = null)
    {
        Stores = stores;
        Journal = new ExecutionJournal(stores.Executions, stores.Log, stores.Committer, this, this, clock ?? TimeProvider.System, NullLogger.Instance);
        Desk = new ExecutionDesk(stores.Executions, Journal, stores.Committer, clock ?? TimeProvider.System);
    }

    public RecordStores Stores { get; }

    public ExecutionJournal Journal { get; }

    public ExecutionDesk Desk { get; }

    public bool IsFreshNow { get; set; } = true;

    public DateTimeOffset? RestoredAt { get; set; }

    public bool IsFresh(int slot, long n) => IsFreshNow;

    public ValueTask<DateTimeOffset?> LastAsync(CancellationToken cancellationToken) => ValueTask.FromResult(RestoredAt);

    /// <summary>A call as the gate has it: of <c>refund</c>, which knows no key; <c>resend</c>, which does; or <c>locate</c>, which reads.</summary>
    /// <param name="tool">Which.</param>
    /// <param name="parcel">Its argument.</param>
    /// <param name="longest">How long it may take; null: it was safe to go on with it yesterday.</param>
    public static PreparedCall Call(string tool, string parcel = "P-1", TimeSpan? longest = null)
    {
        ObjectMap arguments = ObjectMap.Of(("parcel", Value.Of(parcel)));
        ToolCall call = new()
        {
            Id = new ExecutionId(Guid.CreateVersion7()),
            Policy = Policy,
            Tool = new ToolName(tool),
            Arguments = arguments,
            Authority = CallAuthority.OfPrincipal(Caller, PolicyVerdict.Allow, ""),
            Goal = "To see what comes of it.",
        };
        return Prepared(call, longest);
    }

    /// <summary>The same, of any wish.</summary>
    public static PreparedCall Prepared(ToolCall call, TimeSpan? longest = null)
    {
        string target = $"POST https://parcels.test/{call.Tool}";
        Core.Packs.ToolDefinition tool = Policy.Tools.Find(call.Tool.Value)!; // not null: the pack has it
        return new PreparedCall
        {
            Call = call,
            Tool = tool,
            Target = target,
            Digest = CallDigest.Of(Policy.Domain.ContentHash, Policy.Policy.ContentHash, call.Tool, tool.Version, target, call.Arguments),
            Decision = new GateDecision([new GateReason(GateCheck.Exists, PolicyVerdict.Allow, "", null), new GateReason(GateCheck.Violation, PolicyVerdict.Allow, "It was looked at.", null)]),
            Longest = longest ?? TimeSpan.FromDays(-1),
        };
    }

    public async Task<Opening.Opened> OpenAsync(PreparedCall call, bool isAwaited = true) =>
        (await Journal.OpenAsync(call, isAwaited, TestContext.Current.CancellationToken)).ShouldBeOfType<Opening.Opened>();

    public Task<ToolAnswer> SucceedAsync(PreparedCall call, Opening.Opened opened, Value output) => Journal.SettleAsync(call, opened, Succeeded(output), TestContext.Current.CancellationToken);

    public static CallEnd.Succeeded Succeeded(Value output) => new(output, [new AttemptRecord(1, Make.Now, TimeSpan.FromMilliseconds(12.7), AttemptOutcome.Answered, null, null)]);

    /// <summary>As when the process that made it dies and its slot is taken over.</summary>
    public async Task LoseAsync(PreparedCall call)
    {
        StoredExecution stored = (await StoredAsync(call)).ShouldNotBeNull();
        (await Stores.Committer.CommitAsync(
            [new ExecutionChange.Freed(call.Call.TenantId, call.Call.Id, new SettledFrom.Owned(stored.Slot!.Value, stored.N), IsUnsent: false)], TestContext.Current.CancellationToken)) // not null: it is owned
            .ShouldBeOfType<CommitOutcome.Committed>();
    }

    public Task<StoredExecution?> StoredAsync(PreparedCall call) => Stores.Executions.FindAsync(call.Call.TenantId, call.Call.Id, TestContext.Current.CancellationToken);

    public async Task<List<Core.Events.LoggedEvent>> EventsAsync(PreparedCall call) =>
        await RecordContract.ListAsync(Stores.Log.OfRunAsync(call.Call.TenantId, new RunId(call.Call.Id.Value), TestContext.Current.CancellationToken));
}
