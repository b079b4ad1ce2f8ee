using Microsoft.Extensions.Logging;
using Reeve.Core.Calls;
using Reeve.Core.Decisions;
using Reeve.Core.Errors;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Engine.Runtime;
using Reeve.Engine.Tools.Attempts;
using Reeve.Engine.Tools.Executions;

namespace Reeve.Engine.Tools.Gating;

/// <summary>
/// The gate (EX-TOOL-11): asks everybody who has a say, has the call recorded, sends it, and has its end recorded. Nothing else reaches a tool. Closing it waits for the calls
/// that are under way. Thread-safe.
/// </summary>
public sealed class ToolGate : IToolGate, IAsyncDisposable
{
    // How often a call is judged again because its approval was used up or withdrawn between the judgement and the record.
    private const int Judgements = 3;

    private readonly CallJudge judge;
    private readonly ICallJournal journal;
    private readonly CallSender sender;
    private readonly CallsUnderWay underWay;
    private readonly ToolGateOptions options;

    /// <summary>Makes the gate.</summary>
    /// <param name="ports">Everybody it asks.</param>
    /// <param name="runtime">Waits.</param>
    /// <param name="chance">Numbers from 0 to 1, the latter excluded, for the jitter of pauses.</param>
    /// <param name="options">Limits.</param>
    /// <param name="logger">Where checks that fail are told of.</param>
    /// <exception cref="ArgumentException">Two kinds reach tools of one type, or a check asks where the gate asks itself.</exception>
    public ToolGate(GatePorts ports, IRuntime runtime, Func<double> chance, ToolGateOptions options, ILogger logger)
    {
        judge = new CallJudge(ports, runtime, options, logger);
        journal = ports.Journal;
        Binder = new CallBinder(ports.Kinds);
        sender = new CallSender(ports.Breakers, runtime.Clock, chance, logger);
        underWay = new CallsUnderWay(runtime.Clock, logger);
        this.options = options;
    }

    /// <summary>What calls would be bound to, by the kinds that would make them.</summary>
    public ICallBinder Binder { get; }

    /// <inheritdoc/>
    public async Task<ToolAnswer> CallAsync(ToolCall call, CancellationToken cancellationToken) =>
        await (await BeginAsync(call, isAwaited: true, cancellationToken)).Answer;

    /// <inheritdoc/>
    public Task<BegunCall> BeginAsync(ToolCall call, CancellationToken cancellationToken) => BeginAsync(call, isAwaited: false, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<GateDecision> JudgeAsync(ToolCall call, CancellationToken cancellationToken) =>
        (await judge.JudgeAsync(call, isTrial: true, cancellationToken)).Decision;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await underWay.DrainAsync(options.DrainsWithin);

    private async Task<BegunCall> BeginAsync(ToolCall call, bool isAwaited, CancellationToken cancellationToken)
    {
        if (call.IsDryRun)
        {
            return Ended(await TryDryAsync(call, cancellationToken));
        }

        underWay.Enter();
        bool isHandedOver = false;
        try
        {
            for (int i = 0; i < Judgements; i++)
            {
                Judgement it = await judge.JudgeAsync(call, isTrial: false, cancellationToken);
                try
                {
                    Opening opening = it.Verdict == PolicyVerdict.Allow
                        ? await journal.OpenAsync(Prepared(it), isAwaited, cancellationToken)
                        : await RefuseAsync(it, cancellationToken);
                    switch (opening)
                    {
                        case Opening.Opened opened:
                            isHandedOver = true;
                            return new BegunCall(opened.Row, underWay.Watch(MakeAsync(it, opened, isAwaited, cancellationToken), isAwaited));
                        case Opening.Recorded recorded:
                            return Ended(recorded.Answer);
                        case Opening.UnderWay { Answer: { } joined, Row: var row }:
                            return new BegunCall(row, isAwaited ? joined.WaitAsync(cancellationToken) : joined);
                        case Opening.UnderWay:
                            throw UnderWayElsewhere(call);
                    }
                }
                finally
                {
                    if (!isHandedOver)
                    {
                        it.Dispose();
                    }
                }
            }

            throw UnderWayElsewhere(call);
        }
        finally
        {
            if (!isHandedOver)
            {
                underWay.Leave();
            }
        }
    }

    private static BegunCall Ended(ToolAnswer answer) => new(
        answer switch
        {
            ToolAnswer.Succeeded succeeded => succeeded.Execution,
            ToolAnswer.Failed failed => failed.Execution,
            ToolAnswer.Unknown unknown => unknown.Execution,
            _ => null,
        },
        Task.FromResult(answer));

    private static ReeveException UnderWayElsewhere(ToolCall call) =>
        new(new ReeveError(ErrorCatalogue.Tools.UnderWay, $"The execution {call.Id} is made, or may be being made, by somebody else.", call.Id.ToString()));

    // What was done is done, whatever the checks say now: it is answered from the record.
    private async Task<Opening> RefuseAsync(Judgement it, CancellationToken cancellationToken)
    {
        ToolCall call = it.Call;
        if (it.Digest is { } digest && await journal.RecallAsync(call.TenantId, call.Id, digest, cancellationToken) is { } known)
        {
            return known;
        }

        CallRecord record = new() { Call = call, Tool = it.Tool, Target = it.Target, Digest = it.Digest, Approval = it.Approval };
        return new Opening.Recorded(await journal.RefuseAsync(record, it.Decision, cancellationToken));
    }

    private static PreparedCall Prepared(Judgement it) => new()
    {
        Call = it.Call,
        Tool = it.Tool!, // not null, as what follows: what the gate lets through is defined, and its kind says where it goes
        Target = it.Target!,
        Digest = it.Digest!.Value,
        Decision = it.Decision,
        Approval = it.Approval,
        Longest = CallSender.Longest(it.Tool!.Timeout, it.Retries),
    };

    // From here on the call ends on record, or is left to be found: whoever asked for it may go, and does not take it along.
    private async Task<ToolAnswer> MakeAsync(Judgement it, Opening.Opened opened, bool isAwaited, CancellationToken cancellationToken)
    {
        using Judgement taken = it;
        PreparedCall prepared = Prepared(it);
        SendOrder order = new()
        {
            TenantId = it.Call.TenantId,
            Kind = it.Kind!, // not null: what the gate lets through has a kind, and its pass
            Tool = prepared.Tool,
            Arguments = it.Call.Arguments,
            Id = it.Call.Id,
            Retries = it.Retries,
            MayHaveRun = opened.IsAgain,
            Breaker = it.BreakerKey,
            First = it.Pass!,
            MaySend = async (pass, token) => await judge.LastLookAsync(it, pass, token) ?? journal.MaySend(opened),
        };
        SendEnd sent;
        try
        {
            // Nothing is on record yet of a read that somebody waits for, so it may simply be given up.
            sent = await sender.SendAsync(order, opened.Slot is null && isAwaited ? cancellationToken : CancellationToken.None);
        }
        catch (Exception fault)
        {
            journal.Leave(prepared, opened, (fault as ReeveException)?.Error ?? new ReeveError(ErrorCatalogue.Tools.UnderWay, "Whoever made it gave it up."));
            throw;
        }

        return sent.KeptBack is { } keptBack && (prepared.IsRepeatable || !sent.MayHaveRun)
            ? await journal.KeepBackAsync(prepared, opened, keptBack, sent.MayHaveRun, CancellationToken.None)
            : await journal.SettleAsync(prepared, opened, sent.End, CancellationToken.None);
    }

    // A trial of the call: what keeps it from being one is a missing tool or bad arguments, all else is shown.
    private async Task<ToolAnswer> TryDryAsync(ToolCall call, CancellationToken cancellationToken)
    {
        GateDecision decision = (await judge.JudgeAsync(call, isTrial: true, cancellationToken)).Decision;
        if (call.Policy.Tools.Find(call.Tool.Value) is not { } tool)
        {
            return new ToolAnswer.Refused(decision, null);
        }

        return CallJudge.BadArguments(call, tool) is { } bad
            ? new ToolAnswer.Refused(new GateDecision([.. decision.Reasons.Where(static reason => reason.Verdict != PolicyVerdict.Block), bad]), null)
            : new ToolAnswer.Dry(DryRun.Answer(tool), decision);
    }
}
