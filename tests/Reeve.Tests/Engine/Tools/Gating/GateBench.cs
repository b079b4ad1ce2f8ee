using Microsoft.Extensions.Logging.Abstractions;
using Reeve.Core.Calls;
using Reeve.Core.Changes;
using Reeve.Core.Decisions;
using Reeve.Core.Errors;
using Reeve.Core.Policies;
using Reeve.Core.Ports;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Runtime;
using Reeve.Engine.Tools.Breakers;
using Reeve.Engine.Tools.Gating;
using Reeve.Testing.Stores;
using Reeve.Tests.Tools.Breakers;

namespace Reeve.Tests.Tools.Gating;

/// <summary>A gate with all whom it asks, each as a test wants it. In the beginning everything says yes.</summary>
internal sealed class GateBench : IHold, IAutomationMode, IRestorations, ICallApprovals
{
    /// <summary>Tools of every sort: a read, a write, an idempotent write, and one with an output schema of each.</summary>
    internal const string Domain = """
        {
          "domainName": "Parcels",
          "exceptionTypes": {"LOST": {"description": "Gone."}},
          "tools": {
            "locate": {"description": "Finds it.", "effect": "read", "endpoint": "https://parcels.example/locate", "parameters": {"parcel": {"type": "string", "required": true}},
              "outputSchema": {"type": "object", "required": ["place"]}},
            "resend": {"description": "Sends another.", "endpoint": "https://parcels.example/resend", "parameters": {"parcel": {"type": "string", "required": true}},
              "outputSchema": {"type": "object", "required": ["id"]}},
            "cancel": {"description": "Cancels.", "idempotent": true, "endpoint": "https://parcels.example/cancel", "parameters": {"parcel": {"type": "string", "required": true}},
              "outputSchema": {"type": "object", "required": ["id"]}},
            "draft": {"description": "Has no endpoint.", "parameters": {"parcel": {"type": "string", "required": true}}},
            "move": {"description": "Of a kind that nobody serves.", "type": "workflow", "endpoint": "https://parcels.example/move"}
          }
        }
        """;

    internal const string Policy = """{"tenantId": "NORTH", "domainName": "Parcels"}""";

    internal static readonly Principal Admin = new(PrincipalKind.Person, "key:1", "Ada", ["admin"]);
    internal static readonly Principal Agent = Principal.Of(Stage.Resolution);
    internal static readonly TenantId North = new("NORTH");

    private readonly SeededIds ids = new("gate");
    private ToolBreakers? breakers;
    private ToolGate? gate;

    internal GateBench()
    {
        Store = new MemoryStore(Clock);
        Rows = new MemoryBreakers(Store);
        Journal = new FakeJournal(Clock);
        Kind = new ScriptedKind();
        Made = Make.Bound(Domain, Policy);
        Active = Made;
    }

    internal static CancellationToken Token => TestContext.Current.CancellationToken;

    internal FakeTime Clock { get; } = new(Make.Now);

    internal MemoryStore Store { get; }

    internal MemoryBreakers Rows { get; }

    internal FakeJournal Journal { get; }

    internal ScriptedKind Kind { get; }

    /// <summary>The pair that calls are made under.</summary>
    internal BoundPolicy Made { get; set; }

    /// <summary>The pair that is active; null for none.</summary>
    internal BoundPolicy? Active { get; set; }

    internal bool IsSwitchedOff { get; set; }

    internal bool IsHeld { get; set; }

    internal AutomationMode Mode { get; set; } = AutomationMode.Live;

    internal DateTimeOffset? RestoredAt { get; set; }

    /// <summary>Which digests people approved, and when; a null digest approves all.</summary>
    internal List<(CallDigest? Digest, DateTimeOffset At)> Approved { get; } = [];

    internal List<ICallCheck> Checks { get; } = [];

    internal ToolGateOptions Options { get; set; } = new();

    /// <summary>What the gate asked, in order.</summary>
    internal List<string> Asked { get; } = [];

    /// <summary>What throws when it is asked, by the names in <see cref="Asked"/>.</summary>
    internal HashSet<string> Broken { get; } = [];

    internal double Chance { get; set; }

    internal ToolBreakers Breakers => breakers ??= new ToolBreakers(Rows, Store, SignalBoard.OfOneProcess(), Clock, NullLogger.Instance);

    internal ToolGate Gate => gate ??= new ToolGate(
        new GatePorts
        {
            Kinds = [Kind],
            ActivePair = (_, domain, _) =>
            {
                Ask("active");
                return Active is { } active ? Task.FromResult(active)
                    : Task.FromException<BoundPolicy>(new ReeveException(new ReeveError(ErrorCatalogue.Packs.NotActive, $"None for {domain}.")));
            },
            IsSwitchedOff = (_, _, _, _) =>
            {
                Ask("switch");
                return ValueTask.FromResult(IsSwitchedOff);
            },
            Checks = Checks,
            Approvals = this,
            Hold = this,
            Mode = this,
            Restorations = this,
            Breakers = Breakers,
            Journal = Journal,
        },
        new ThreadRuntime(Clock), () => Chance, Options, NullLogger.Instance);

    internal static ObjectMap Arguments => ObjectMap.Of(("parcel", Value.Of("P-1")));

    internal ExecutionId NewId() => new(ids.Next(Clock.GetUtcNow()));

    /// <summary>A valid call, which an administrator asks for.</summary>
    internal ToolCall Call(string tool = "resend", CallAuthority? authority = null) => new()
    {
        Id = NewId(),
        Policy = Made,
        Tool = new ToolName(tool),
        Arguments = Arguments,
        Authority = authority ?? CallAuthority.OfPrincipal(Admin, PolicyVerdict.Allow, ""),
        Goal = "Have it arrive.",
    };

    /// <summary>The right of a plan's step.</summary>
    internal static CallAuthority Plan(PolicyVerdict floor = PolicyVerdict.Allow) =>
        CallAuthority.OfPlan(Agent, new PlaybookId("search"), floor, floor == PolicyVerdict.Allow ? "" : "The guardrail 'dear' says so.");

    internal CallSubject Subject(PassId? pass = null) => new(
        new ExceptionId("E-1"), new ExceptionKey(ids.Next(Clock.GetUtcNow())), new RunId(ids.Next(Clock.GetUtcNow())), pass ?? new PassId(ids.Next(Clock.GetUtcNow())), new StepId("1"), StepPart.Step);

    internal Task<ToolAnswer> CallAsync(ToolCall call) => Gate.CallAsync(call, Token);

    internal CallDigest DigestOf(ToolCall call) => CallDigest.Of(
        call.Policy.Domain.ContentHash, call.Policy.Policy.ContentHash, call.Tool, "1.0.0", Kind.Target(call.Policy.Tools.Find(call.Tool.Value)!, call.Arguments), call.Arguments);

    internal static GateReason Reason(GateDecision decision, GateCheck check) => decision.Reasons.Last(reason => reason.Check == check);

    /// <summary>Lets time pass as far as timers wait for it, until a call has ended.</summary>
    internal async Task<ToolAnswer> PassTimeAsync(ToolCall call)
    {
        // Read beforehand, so that no question waits for it while time passes.
        _ = await Breakers.AskAsync(new BreakerKey(North, call.Policy.Domain.Name, call.Tool), Token);
        Task<ToolAnswer> running = CallAsync(call);
        while (!running.IsCompleted)
        {
            if (Clock.NextDue is { } due)
            {
                Clock.Advance(due - Clock.GetUtcNow());
            }

            await Task.Yield();
        }

        return await running;
    }

    public ValueTask<bool> IsHeldAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        Ask("hold");
        return ValueTask.FromResult(IsHeld);
    }

    public ValueTask<AutomationMode> OfAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        Ask("mode");
        return ValueTask.FromResult(Mode);
    }

    public ValueTask<DateTimeOffset?> LastAsync(CancellationToken cancellationToken)
    {
        Ask("restorations");
        return ValueTask.FromResult(RestoredAt);
    }

    public ValueTask<CallApproval?> FindAsync(ToolCall call, CallDigest digest, string target, CancellationToken cancellationToken)
    {
        Ask("approvals");
        (CallDigest?, DateTimeOffset At)? found = Approved.Where(one => one.Digest is null || one.Digest == digest).Select(one => ((CallDigest?, DateTimeOffset)?)one).FirstOrDefault();
        return ValueTask.FromResult(found is { } one ? new CallApproval(new Guid("0197c3d0-0000-7000-8000-000000000001"), one.At) : null);
    }

    private void Ask(string what)
    {
        Asked.Add(what);
        if (Broken.Contains(what))
        {
            throw new InvalidOperationException($"{what} is broken.");
        }
    }
}
