using Microsoft.Extensions.Logging;
using Reeve.Core.Calls;
using Reeve.Core.Decisions;
using Reeve.Core.Errors;
using Reeve.Core.Policies;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Engine.Runtime;
using Reeve.Engine.Tools.Breakers;

namespace Reeve.Engine.Tools.Gating;

/// <summary>
/// Asks everybody who has a say in a call, in the order of EX-TOOL-11, up to the first BLOCK. What throws or takes too long denies: nothing passes because somebody could not be asked. Thread-safe.
/// </summary>
internal sealed partial class CallJudge
{
    private static readonly GateCheck[] Order = Enum.GetValues<GateCheck>();

    private readonly GatePorts ports;
    private readonly KindTable kinds;
    private readonly CallPlaces places;
    private readonly IRuntime runtime;
    private readonly TimeSpan within;
    private readonly ILogger logger;

    // By place, the gate's own first.
    private readonly ICallCheck[][] checks;

    internal CallJudge(GatePorts ports, IRuntime runtime, ToolGateOptions options, ILogger logger)
    {
        this.ports = ports;
        this.runtime = runtime;
        this.logger = logger;
        kinds = new KindTable(ports.Kinds);
        places = new CallPlaces(options.CallsPerTenant);
        within = options.CheckWithin;
        ICallCheck[] all = [new FixedRules(), .. ports.Checks];
        if (all.FirstOrDefault(static check => check.Place is not (GateCheck.PreAction or GateCheck.Violation or GateCheck.Safety or GateCheck.Quota)) is { } stray)
        {
            throw new ArgumentException($"{stray.GetType().Name} asks at {stray.Place}, where the gate asks itself.", nameof(ports));
        }

        checks = [.. Order.Select(place => all.Where(check => check.Place == place).ToArray())];
    }

    /// <summary>Judges a call. One that is not a trial and is let through has taken its place and the right to its first attempt.</summary>
    internal async ValueTask<Judgement> JudgeAsync(ToolCall call, bool isTrial, CancellationToken cancellationToken)
    {
        Judgement it = new(call, isTrial);
        try
        {
            for (int i = 0; i < Order.Length && it.Verdict != PolicyVerdict.Block; i++)
            {
                await AskAsync(Order[i], it, cancellationToken);
            }
        }
        catch
        {
            it.Dispose();
            throw;
        }

        if (it.Verdict != PolicyVerdict.Allow)
        {
            it.Dispose();
        }

        return it;
    }

    /// <summary>What is asked again right before the first byte of each attempt: what may have changed since the call was let through, and keeps it back now.</summary>
    /// <returns>Null when it may be sent.</returns>
    internal async ValueTask<ReeveError?> LastLookAsync(Judgement it, BreakerPass pass, CancellationToken cancellationToken)
    {
        ToolCall call = it.Call;
        GateCheck check = GateCheck.Enabled;
        try
        {
            if (await WithinAsync(token => ports.IsSwitchedOff(call.TenantId, call.Policy.Domain.Name, call.Tool, token), cancellationToken))
            {
                return new ReeveError(ErrorCatalogue.Tools.Disabled, SwitchedOff(call), call.Tool.Value);
            }

            check = GateCheck.Hold;
            if (await StandsStillAsync(it, cancellationToken) is { } still)
            {
                return still;
            }

            check = GateCheck.Breaker;
            return await WithinAsync(pass.HoldsAsync, cancellationToken) ? null : BreakerOpen(call);
        }
        catch (Exception fault) when (fault is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            Log.CheckFailed(logger, fault, check, call.Tool.Value, call.TenantId.Value);
            return NotAsked(check);
        }
    }

    private async ValueTask AskAsync(GateCheck check, Judgement it, CancellationToken cancellationToken)
    {
        int said = it.Said;
        try
        {
            await CheckAsync(check, it, cancellationToken);
        }
        catch (Exception fault) when (fault is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            Log.CheckFailed(logger, fault, check, it.Call.Tool.Value, it.Call.TenantId.Value);
            ReeveError error = NotAsked(check);
            it.Say(new GateReason(check, PolicyVerdict.Block, error.Message, error));
        }

        if (it.Said == said)
        {
            it.Say(new GateReason(check, PolicyVerdict.Allow, "", null));
        }
    }

    private ValueTask CheckAsync(GateCheck check, Judgement it, CancellationToken cancellationToken) => check switch
    {
        GateCheck.Exists => ExistsAsync(it, cancellationToken),
        GateCheck.Enabled => EnabledAsync(it, cancellationToken),
        GateCheck.Scope => Done(() => Scope(it)),
        GateCheck.AllowList => Done(() => AllowList(it)),
        GateCheck.Violation => ViolationAsync(it, cancellationToken),
        GateCheck.PreAction or GateCheck.Safety or GateCheck.Quota => OthersAsync(check, it, cancellationToken),
        GateCheck.Breaker => BreakerAsync(it, cancellationToken),
        GateCheck.Input => Done(() => Input(it)),
        GateCheck.Hold => HoldAsync(it, cancellationToken),
        _ => throw new ArgumentOutOfRangeException(nameof(check), check, "There is no such check."),
    };

    private static ValueTask Done(Action check)
    {
        check();
        return ValueTask.CompletedTask;
    }

    // Those that others bring, each at its own place.
    private async ValueTask OthersAsync(GateCheck place, Judgement it, CancellationToken cancellationToken)
    {
        foreach (ICallCheck check in checks[(int)place])
        {
            GateReason? said = await WithinAsync(token => check.JudgeAsync(it.Call, it.Tool!, it.IsTrial, token), cancellationToken); // not null: what is not defined was refused
            if (said is { } reason)
            {
                await SayAsync(it, reason with { Check = place, Error = reason.Error ?? Silent(place, reason) }, after: null, cancellationToken);
            }

            if (it.Verdict == PolicyVerdict.Block)
            {
                return;
            }
        }
    }

    // What asks for an approval is content with one that covers exactly this call.
    private async ValueTask SayAsync(Judgement it, GateReason reason, DateTimeOffset? after, CancellationToken cancellationToken)
    {
        if (reason.Verdict != PolicyVerdict.RequireApproval)
        {
            it.Say(reason);
            return;
        }

        if (!it.SoughtApproval && ports.Approvals is { } approvals && it is { Digest: { } digest, Target: { } target })
        {
            it.Approval = await WithinAsync(token => approvals.FindAsync(it.Call, digest, target, token), cancellationToken);
            it.SoughtApproval = true;
        }

        it.Say(it.Approval is { } approval && (after is null || approval.DecidedAt > after)
            ? new GateReason(reason.Check, PolicyVerdict.Allow, $"{reason.Reason} The approval {approval.Id:D} covers it.", null)
            : reason);
    }

    private ValueTask SayNeedsApprovalAsync(Judgement it, string why, DateTimeOffset? after, CancellationToken cancellationToken) => SayAsync(
        it, new GateReason(GateCheck.Violation, PolicyVerdict.RequireApproval, why, new ReeveError(ErrorCatalogue.Tools.NeedsApproval, why, it.Call.Tool.Value)), after, cancellationToken);

    private async ValueTask<T> WithinAsync<T>(Func<CancellationToken, ValueTask<T>> ask, CancellationToken cancellationToken) =>
        await runtime.WithinAsync(within, token => ask(token).AsTask(), cancellationToken);

    // A check that refuses without a code is refused with that of its place.
    private static ReeveError? Silent(GateCheck place, GateReason reason) => reason.Verdict == PolicyVerdict.Allow ? null : new ReeveError(
        place switch
        {
            _ when reason.Verdict == PolicyVerdict.RequireApproval => ErrorCatalogue.Tools.NeedsApproval,
            GateCheck.PreAction => ErrorCatalogue.Tools.NotRecommended,
            GateCheck.Safety => ErrorCatalogue.Tools.Unsafe,
            GateCheck.Quota => ErrorCatalogue.Tools.OverQuota,
            _ => ErrorCatalogue.Tools.Violation,
        },
        reason.Reason);

    private static ReeveError NotAsked(GateCheck check) => new(ErrorCatalogue.Tools.CheckFailed, $"The check {Wire.Name(check)} could not be asked.");

    private static ReeveError BreakerOpen(ToolCall call) => new(ErrorCatalogue.Tools.BreakerOpen, $"The tool '{call.Tool}' failed too often lately.", call.Tool.Value);

    private static string SwitchedOff(ToolCall call) => $"The tool '{call.Tool}' is switched off for the tenant.";
}
