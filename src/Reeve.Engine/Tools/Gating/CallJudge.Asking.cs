using Reeve.Core.Calls;
using Reeve.Core.Decisions;
using Reeve.Core.Errors;
using Reeve.Core.Packs;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Engine.Tools.Breakers;

namespace Reeve.Engine.Tools.Gating;

/// <content>The gate's own checks.</content>
internal sealed partial class CallJudge
{
    private async ValueTask ExistsAsync(Judgement it, CancellationToken cancellationToken)
    {
        ToolCall call = it.Call;
        BoundPolicy made = call.Policy;
        if (made.Tools.Find(call.Tool.Value) is not { } tool)
        {
            it.Block(GateCheck.Exists, ErrorCatalogue.Tools.NotDefined, $"The tool '{call.Tool}' is not defined in the domain pack '{made.Domain.Name}'.", call.Tool.Value);
            return;
        }

        it.Tool = tool;
        try
        {
            it.Active = await runtime.WithinAsync(within, token => ports.ActivePair(call.TenantId, made.Domain.Name, token), cancellationToken);
        }
        catch (ReeveException fault) when (fault.Error.Kind == ErrorCatalogue.Packs.NotActive)
        {
            it.Block(GateCheck.Exists, ErrorCatalogue.Tools.NotDefined, $"No pair of packs of the domain '{made.Domain.Name}' is active.", call.Tool.Value);
            return;
        }

        if (it.Active.Tools.Find(call.Tool.Value) is not { } active)
        {
            it.Block(GateCheck.Exists, ErrorCatalogue.Tools.NotDefined, $"The tool '{call.Tool}' is no longer defined in the active domain pack '{made.Domain.Name}'.", call.Tool.Value);
            return;
        }

        it.Tool = Stricter(tool, active);
        Identify(it);
        if ((ToolAllowList.CheckVersion(tool, made) ?? ToolAllowList.CheckVersion(active, it.Active)) is { } refused)
        {
            it.Block(GateCheck.Exists, ErrorCatalogue.Tools.IncompatibleVersion, refused.Reason, call.Tool.Value);
        }
    }

    // What the later of two definitions takes back, that it only reads or knows its key, does not count any more.
    private static ToolDefinition Stricter(ToolDefinition made, ToolDefinition active)
    {
        ToolEffect effect = made.Effect == ToolEffect.Write || active.Effect == ToolEffect.Write ? ToolEffect.Write : ToolEffect.Read;
        bool isIdempotent = made.Idempotent && active.Idempotent;
        return effect == made.Effect && isIdempotent == made.Idempotent ? made : made with { Effect = effect, Idempotent = isIdempotent };
    }

    // A kind that fails to say where a call goes is met again at INPUT; until then nothing covers the call.
    private void Identify(Judgement it)
    {
        ToolDefinition tool = it.Tool!; // not null: it exists
        ToolCall call = it.Call;
        it.Kind = kinds.Find(tool.Type);
        it.Problems = kinds.Problems(tool);
        if (it.Kind is null || it.Problems.Count > 0)
        {
            return;
        }

        try
        {
            it.Target = it.Kind.Target(tool, call.Arguments);
        }
        catch (Exception fault)
        {
            // Arguments that break the schema may leave a kind nothing to say; whether they do, the schema says.
            Log.NoTarget(logger, fault, call.Tool.Value, call.TenantId.Value);
            return;
        }

        it.Digest = CallDigest.Of(call.Policy.Domain.ContentHash, call.Policy.Policy.ContentHash, tool.Name, tool.Version, it.Target, call.Arguments);
    }

    private async ValueTask EnabledAsync(Judgement it, CancellationToken cancellationToken)
    {
        ToolCall call = it.Call;
        ToolDefinition active = it.Active!.Tools.Find(call.Tool.Value)!; // not null: what does not exist was refused
        if ((ToolAllowList.CheckEnabled(it.Tool!) ?? ToolAllowList.CheckEnabled(active)) is { } refused)
        {
            it.Block(GateCheck.Enabled, ErrorCatalogue.Tools.Disabled, refused.Reason, call.Tool.Value);
        }
        else if (await WithinAsync(token => ports.IsSwitchedOff(call.TenantId, call.Policy.Domain.Name, call.Tool, token), cancellationToken))
        {
            it.Block(GateCheck.Enabled, ErrorCatalogue.Tools.Disabled, SwitchedOff(call), call.Tool.Value);
        }
    }

    private static void Scope(Judgement it)
    {
        ToolCall call = it.Call;
        BoundPolicy active = it.Active!; // not null: what does not exist was refused
        if (!it.Tool!.IsGlobal && (active.TenantId != call.TenantId || active.Domain.Name != call.Policy.Domain.Name))
        {
            it.Block(
                GateCheck.Scope, ErrorCatalogue.Tools.OutOfScope,
                $"The tool '{call.Tool}' belongs to the tenant '{active.TenantId}' and the domain '{active.Domain.Name}' alone.", call.Tool.Value);
        }
    }

    private static void AllowList(Judgement it)
    {
        ToolCall call = it.Call;
        if ((ToolAllowList.CheckLists(call.Tool, call.Policy) ?? ToolAllowList.CheckLists(call.Tool, it.Active!)) is { } refused) // not null: what does not exist was refused
        {
            it.Block(GateCheck.AllowList, refused.By == ToolRefusal.Blocked ? ErrorCatalogue.Tools.Blocked : ErrorCatalogue.Tools.NotAllowed, refused.Reason, call.Tool.Value);
        }
    }

    private async ValueTask ViolationAsync(Judgement it, CancellationToken cancellationToken)
    {
        CallAuthority authority = it.Call.Authority;
        if (authority.Chain.Count > CallAuthority.LongestChain)
        {
            it.Block(GateCheck.Violation, ErrorCatalogue.Tools.Violation, $"It is called through more than {CallAuthority.LongestChain} hands.", it.Call.Tool.Value);
            return;
        }

        if (it.ChangesSomething)
        {
            if (authority.Floor == PolicyVerdict.Block)
            {
                it.Block(GateCheck.Violation, ErrorCatalogue.Tools.Violation, Because(authority, "Policy forbids it."), it.Call.Tool.Value);
                return;
            }

            if (authority.Floor == PolicyVerdict.RequireApproval)
            {
                await SayNeedsApprovalAsync(it, Because(authority, "Policy asks for an approval."), after: null, cancellationToken);
            }

            await RestoredAsync(it, cancellationToken);
            await AgainAsync(it, cancellationToken);
        }

        await OthersAsync(GateCheck.Violation, it, cancellationToken);
    }

    private static string Because(CallAuthority authority, string otherwise) => authority.Because.Length > 0 ? authority.Because : otherwise;

    // After a restore the world may know more than the store: what began before it is not simply gone on with.
    private async ValueTask RestoredAsync(Judgement it, CancellationToken cancellationToken)
    {
        if (await WithinAsync(ports.Restorations.LastAsync, cancellationToken) is { } restored
            && (BeganAt(it.Call) ?? it.Approval?.DecidedAt) is { } began && began <= restored)
        {
            await SayNeedsApprovalAsync(it, "It began before the store was restored from a backup, so nobody knows whether it was done.", restored, cancellationToken);
        }
    }

    // The time in the pass, else in the call's own id; null when neither is a UUIDv7: then it is asked for now.
    private static DateTimeOffset? BeganAt(ToolCall call) => TimeOf(call.Subject?.Pass?.Value ?? call.Id.Value);

    private static DateTimeOffset? TimeOf(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        _ = id.TryWriteBytes(bytes, bigEndian: true, out _);
        return bytes[6] >> 4 == 7 ? new ExceptionKey(id).ReceivedAt : null;
    }

    // An exception that is worked on anew has new ids; what it already did for real it does not simply do again.
    private async ValueTask AgainAsync(Judgement it, CancellationToken cancellationToken)
    {
        if (it is not { Call: { Subject: not null } call, Target: { } target })
        {
            return;
        }

        CallDigest content = CallDigest.OfContent(call.Policy.Domain.Name, call.Tool, it.Tool!.Version, target, call.Arguments); // not null: what does not exist was refused
        DateTimeOffset? last = await runtime.WithinAsync(within, token => ports.Journal.SameEffectAsync(call, content, token), cancellationToken);
        if (last is { } at)
        {
            await SayNeedsApprovalAsync(it, "The same was done for this exception before, or may have been.", at, cancellationToken);
        }
    }

    private async ValueTask BreakerAsync(Judgement it, CancellationToken cancellationToken)
    {
        TenantId tenant = it.Call.TenantId;
        bool takes = !it.IsTrial && it.Verdict == PolicyVerdict.Allow;
        bool isOpen = takes
            ? (it.Pass = await WithinAsync(token => ports.Breakers.EnterAsync(it.BreakerKey, token), cancellationToken)) is null
            : await WithinAsync(token => ports.Breakers.AskAsync(it.BreakerKey, token), cancellationToken) == BreakerState.Open;
        if (isOpen)
        {
            ReeveError error = BreakerOpen(it.Call);
            it.Say(new GateReason(GateCheck.Breaker, PolicyVerdict.Block, error.Message, error));
            return;
        }

        if (takes ? (it.Place = places.TryTake(tenant)) is null : !places.HasFree(tenant))
        {
            it.Block(GateCheck.Breaker, ErrorCatalogue.Tools.Crowded, $"{places.PerTenant} calls of the tenant are under way on this node.", it.Call.Tool.Value);
        }
    }

    private static void Input(Judgement it)
    {
        ToolDefinition tool = it.Tool!; // not null: what does not exist was refused
        if (it.Problems is [{ } first, ..])
        {
            it.Say(new GateReason(GateCheck.Input, PolicyVerdict.Block, string.Join(' ', it.Problems.Select(static problem => problem.Message)), first));
        }
        else if (BadArguments(it.Call, tool) is { } bad)
        {
            it.Say(bad);
        }
        else if (it.Target is null)
        {
            throw new InvalidOperationException($"The kind of the tool '{tool.Name}' does not say where a valid call goes.");
        }
    }

    /// <summary>What is wrong with the arguments; null when nothing is.</summary>
    internal static GateReason? BadArguments(ToolCall call, ToolDefinition tool)
    {
        IReadOnlyList<string> problems = DryRun.Problems(tool, call.Arguments, awaited: []);
        if (problems.Count == 0)
        {
            return null;
        }

        string why = string.Join(' ', problems);
        return new GateReason(GateCheck.Input, PolicyVerdict.Block, why, new ReeveError(ErrorCatalogue.Tools.BadInput, why, tool.Name.Value));
    }

    private async ValueTask HoldAsync(Judgement it, CancellationToken cancellationToken)
    {
        if (await StandsStillAsync(it, cancellationToken) is { } error)
        {
            it.Say(new GateReason(GateCheck.Hold, PolicyVerdict.Block, error.Message, error));
        }
    }

    // Reads go on under hold and in every mode: they change nothing, and decisions need them.
    private async ValueTask<ReeveError?> StandsStillAsync(Judgement it, CancellationToken cancellationToken)
    {
        ToolCall call = it.Call;
        if (!it.ChangesSomething)
        {
            return null;
        }

        if (await WithinAsync(token => ports.Hold.IsHeldAsync(call.TenantId, token), cancellationToken))
        {
            return new ReeveError(ErrorCatalogue.Tools.OnHold, "Effects of the tenant are on hold.");
        }

        return !call.Authority.IsAutomatic ? null
            : await WithinAsync(token => ports.Mode.OfAsync(call.TenantId, token), cancellationToken) is var mode && mode == AutomationMode.Live ? null
            : new ReeveError(ErrorCatalogue.Tools.NotLive, $"The tenant's automation is in the mode {Wire.Name(mode)}.");
    }
}
