using Reeve.Core.Calls;
using Reeve.Core.Decisions;
using Reeve.Core.Errors;
using Reeve.Core.Policies;
using Reeve.Core.Ports;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Core.Values;

namespace Reeve.Testing.Gates;

/// <summary>
/// A gate that keeps the promises of the real one that callers rely on: what ended answers again from its record under the same id, another call under that id is TOOL-031, and what must have an approval and has
/// none is refused. What tools do, a test says. Thread-safe.
/// </summary>
public sealed class ScriptedGate : IToolGate
{
    private readonly Lock changing = new();
    private readonly Dictionary<ExecutionId, (CallDigest Digest, ToolAnswer Answer)> record = [];
    private readonly List<ToolCall> made = [];

    /// <summary>What a call comes to; asked once for each that is made. By default it succeeds with its arguments.</summary>
    public Func<ToolCall, ToolAnswer>? Answers { get; set; }

    /// <summary>Whether an approval covers a call.</summary>
    public Func<ToolCall, bool> Approved { get; set; } = static _ => false;

    /// <summary>What keeps every call back; null: nothing.</summary>
    public ReeveError? Held { get; set; }

    /// <summary>Runs before each call, as whoever asks waits.</summary>
    public Func<ToolCall, Task>? Before { get; set; }

    /// <summary>The calls that reached their tool, in order.</summary>
    public IReadOnlyList<ToolCall> Made
    {
        get
        {
            lock (changing)
            {
                return [.. made];
            }
        }
    }

    /// <summary>The tools that were reached, in order.</summary>
    public IReadOnlyList<string> Tools => [.. Made.Select(call => call.Tool.Value)];

    /// <summary>As if somebody had found out what became of a call.</summary>
    public void Settle(ExecutionId id, ToolAnswer answer)
    {
        lock (changing)
        {
            record[id] = (record[id].Digest, answer);
        }
    }

    /// <inheritdoc/>
    public async Task<ToolAnswer> CallAsync(ToolCall call, CancellationToken cancellationToken)
    {
        if (Before is { } before)
        {
            await before(call);
        }

        lock (changing)
        {
            CallDigest digest = CallDigest.Of(call.Policy.Domain.ContentHash, call.Policy.Policy.ContentHash, call.Tool, "1.0.0", call.Tool.Value, call.Arguments);
            if (record.TryGetValue(call.Id, out (CallDigest Digest, ToolAnswer Answer) known))
            {
                return known.Digest == digest ? known.Answer : throw new ReeveException(new ReeveError(ErrorCatalogue.Tools.OtherCall, "another call"));
            }

            if (call.Authority.Floor == PolicyVerdict.Block || (call.Authority.Floor == PolicyVerdict.RequireApproval && !IsRead(call) && !Approved(call)))
            {
                return new ToolAnswer.Refused(
                    new GateDecision([new GateReason(GateCheck.Violation, call.Authority.Floor, call.Authority.Because, new ReeveError(ErrorCatalogue.Tools.NeedsApproval, call.Authority.Because))]), digest);
            }

            if (Held is { } held && !IsRead(call))
            {
                return new ToolAnswer.KeptBack(held);
            }

            ToolAnswer answer = Answers?.Invoke(call) ?? Success(call, Value.Of(call.Arguments));
            if (answer is not (ToolAnswer.Refused or ToolAnswer.KeptBack))
            {
                made.Add(call);
                record[call.Id] = (digest, answer);
            }

            return answer;
        }
    }

    /// <inheritdoc/>
    public async Task<BegunCall> BeginAsync(ToolCall call, CancellationToken cancellationToken) => new(null, Task.FromResult(await CallAsync(call, cancellationToken)));

    /// <inheritdoc/>
    public ValueTask<GateDecision> JudgeAsync(ToolCall call, CancellationToken cancellationToken) => new(new GateDecision([]));

    /// <summary>An answer.</summary>
    public static ToolAnswer Success(ToolCall call, Value output) => new ToolAnswer.Succeeded(output, Row(call, ExecutionStatus.Succeeded));

    /// <summary>A failure.</summary>
    public static ToolAnswer Failure(ToolCall call, bool happened = false) => new ToolAnswer.Failed(new ReeveError(ErrorCatalogue.Tools.Declined, "The tool said no."), happened, Row(call, ExecutionStatus.Failed));

    /// <summary>An outcome that nobody knows.</summary>
    public static ToolAnswer Unknown(ToolCall call) =>
        new ToolAnswer.Unknown(new ReeveError(ErrorCatalogue.Tools.UnknownOutcome, "It timed out."), Row(call, ExecutionStatus.Failed) with { IsUnknown = true });

    private static bool IsRead(ToolCall call) => call.Policy.Tools.Find(call.Tool.Value)?.Effect == ToolEffect.Read;

    private static ToolExecution Row(ToolCall call, ExecutionStatus status) => new()
    {
        TenantId = call.TenantId,
        Id = call.Id,
        Domain = call.Policy.Domain.Name,
        Tool = call.Tool,
        ToolVersion = "1.0.0",
        Effect = ToolEffect.Write,
        IsIdempotent = false,
        Digest = default,
        Content = default,
        ActorKind = PrincipalKind.Agent,
        ActorId = call.Authority.Actor.Id,
        Status = status,
        RequestedAt = Make.Now,
    };
}
