using Reeve.Core.Calls;
using Reeve.Core.Errors;
using Reeve.Core.Records;
using Reeve.Engine.Tools.Executions;

namespace Reeve.Tests.Tools.Gating;

/// <summary>The record of calls in memory: an id is made once, and answers from then on. Thread-safe.</summary>
internal sealed class FakeJournal(TimeProvider clock) : ICallJournal
{
    private readonly Lock changing = new();
    private readonly Dictionary<ExecutionId, Entry> entries = [];

    /// <summary>What was recorded, in order: <c>refused CODE</c>, <c>intended</c>, <c>settled STATUS</c>, <c>kept back CODE</c>, <c>left</c>.</summary>
    internal List<string> Log { get; } = [];

    internal List<PreparedCall> Opened { get; } = [];

    internal List<CallEnd> Ends { get; } = [];

    internal List<(CallRecord Call, GateDecision Decision)> Refusals { get; } = [];

    /// <summary>Why nothing may be sent.</summary>
    internal ReeveError? Stale { get; set; }

    /// <summary>Whether what is opened was made before by somebody who died.</summary>
    internal bool IsAgain { get; set; }

    /// <summary>How often opening meets an approval that moved on.</summary>
    internal int MovesOn { get; set; }

    internal DateTimeOffset? SameEffectAt { get; set; }

    internal ReeveException? OpenFault { get; set; }

    /// <summary>Done when an intention is on record, before the call goes on.</summary>
    internal Action? OnOpened { get; set; }

    public Task<Opening?> RecallAsync(TenantId tenant, ExecutionId id, CallDigest digest, CancellationToken cancellationToken) => Task.FromResult(Find(id, digest));

    public Task<Opening> OpenAsync(PreparedCall call, bool isAwaited, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (OpenFault is { } fault)
        {
            return Task.FromException<Opening>(fault);
        }

        if (MovesOn > 0)
        {
            MovesOn--;
            return Task.FromResult<Opening>(new Opening.Withdrawn());
        }

        lock (changing)
        {
            if (Find(call.Call.Id, call.Digest) is { } known)
            {
                return Task.FromResult(known);
            }

            bool reads = call.Tool.Effect == ToolEffect.Read && isAwaited;
            Entry entry = new(Row(call, isAwaited ? ExecutionStatus.Running : ExecutionStatus.Requested));
            entries[call.Call.Id] = entry;
            Opened.Add(call);
            Log.Add(reads ? "opened" : "intended");
        }

        OnOpened?.Invoke();
        bool isRead = call.Tool.Effect == ToolEffect.Read && isAwaited;
        return Task.FromResult<Opening>(new Opening.Opened(Row(call, ExecutionStatus.Running), isRead ? null : 1, isRead ? 0 : 1, IsAgain));
    }

    public ReeveError? MaySend(Opening.Opened opened) => Stale;

    public Task<ToolAnswer> SettleAsync(PreparedCall call, Opening.Opened opened, CallEnd end, CancellationToken cancellationToken)
    {
        ToolAnswer answer = end switch
        {
            CallEnd.Succeeded succeeded => new ToolAnswer.Succeeded(succeeded.Output, Row(call, ExecutionStatus.Succeeded)),
            CallEnd.Failed failed => new ToolAnswer.Failed(failed.Error, failed.Happened, Row(call, ExecutionStatus.Failed) with { ErrorCode = failed.Error.Code }),
            CallEnd.Unknown unknown => new ToolAnswer.Unknown(
                new ReeveError(ErrorCatalogue.Tools.UnknownOutcome, unknown.Error.Message), Row(call, ExecutionStatus.Failed) with { IsUnknown = true }),
            _ => throw new ArgumentOutOfRangeException(nameof(end)),
        };
        lock (changing)
        {
            Ends.Add(end);
            Log.Add($"settled {end.GetType().Name}");
            entries[call.Call.Id].Answer.TrySetResult(answer);
        }

        return Task.FromResult(answer);
    }

    public Task<ToolAnswer> KeepBackAsync(PreparedCall call, Opening.Opened opened, ReeveError error, bool mayHaveRun, CancellationToken cancellationToken)
    {
        lock (changing)
        {
            Log.Add(mayHaveRun ? $"kept back {error.Code}, may have run" : $"kept back {error.Code}");
            entries.Remove(call.Call.Id);
        }

        return Task.FromResult<ToolAnswer>(new ToolAnswer.KeptBack(error));
    }

    public Task<DateTimeOffset?> SameEffectAsync(ToolCall call, CallDigest content, CancellationToken cancellationToken) => Task.FromResult(SameEffectAt);

    public void Leave(PreparedCall call, Opening.Opened opened, ReeveError error)
    {
        lock (changing)
        {
            Log.Add("left");
            entries.Remove(call.Call.Id);
        }
    }

    public Task<ToolAnswer.Refused> RefuseAsync(CallRecord call, GateDecision decision, CancellationToken cancellationToken)
    {
        lock (changing)
        {
            Refusals.Add((call, decision));
            Log.Add($"refused {decision.Decisive!.Error!.Code}");
        }

        return Task.FromResult(new ToolAnswer.Refused(decision, call.Digest));
    }

    private Opening? Find(ExecutionId id, CallDigest digest)
    {
        lock (changing)
        {
            return !entries.TryGetValue(id, out Entry? entry) ? null
                : entry.Row.Digest != digest ? throw new ReeveException(new ReeveError(ErrorCatalogue.Tools.OtherCall, "Another call's."))
                : entry.Answer.Task is { IsCompletedSuccessfully: true } ended ? new Opening.Recorded(ended.GetAwaiter().GetResult())
                : new Opening.UnderWay(entry.Row, entry.Answer.Task);
        }
    }

    private ToolExecution Row(PreparedCall call, ExecutionStatus status) => new()
    {
        TenantId = call.Call.TenantId,
        Id = call.Call.Id,
        Domain = call.Call.Policy.Domain.Name,
        Tool = call.Tool.Name,
        ToolVersion = call.Tool.Version,
        Effect = call.Tool.Effect,
        IsIdempotent = call.Tool.Idempotent,
        Digest = call.Digest,
        Content = call.Digest,
        ActorKind = call.Call.Authority.Actor.Kind,
        ActorId = call.Call.Authority.Actor.Id,
        Status = status,
        RequestedAt = clock.GetUtcNow(),
    };

    private sealed class Entry(ToolExecution row)
    {
        internal ToolExecution Row => row;

        internal TaskCompletionSource<ToolAnswer> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
