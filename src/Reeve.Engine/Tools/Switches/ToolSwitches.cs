using System.Collections.Frozen;
using System.Text;
using Reeve.Core.Changes;
using Reeve.Core.Errors;
using Reeve.Core.Events;
using Reeve.Core.Ports;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Core.Values;

namespace Reeve.Engine.Tools.Switches;

/// <summary>The door to switches of tools (EX-API-74): off and on for a tenant. Whether the actor may is asked by whoever calls. Thread-safe.</summary>
public sealed class ToolSwitches
{
    /// <summary>The most characters of a reason.</summary>
    public const int LongestReason = 200;

    private readonly IToolSwitchStore store;
    private readonly ICommitter committer;
    private readonly TimeProvider clock;
    private readonly SharedReading<FrozenSet<(TenantId, DomainName, ToolName)>> off;

    /// <summary>Makes the door.</summary>
    /// <param name="store">Reads.</param>
    /// <param name="committer">Writes.</param>
    /// <param name="board">Says that switches changed, and whether what was read may be believed.</param>
    /// <param name="clock">The clock.</param>
    public ToolSwitches(IToolSwitchStore store, ICommitter committer, SignalBoard board, TimeProvider clock)
    {
        this.store = store;
        this.committer = committer;
        this.clock = clock;
        off = new SharedReading<FrozenSet<(TenantId, DomainName, ToolName)>>(
            async token => (await store.ListDisabledAsync(token)).Select(static one => (one.TenantId, one.Domain, one.Tool)).ToFrozenSet(), board, Signals.Tools, clock);
    }

    /// <summary>Whether somebody switched a tool off. Usually answered from memory, at once; true, too, when nobody can tell.</summary>
    /// <param name="tenant">For whom.</param>
    /// <param name="domain">The domain whose tool it is.</param>
    /// <param name="tool">The tool.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public ValueTask<bool> IsOffAsync(TenantId tenant, DomainName domain, ToolName tool, CancellationToken cancellationToken) =>
        off.Known is { } known ? ValueTask.FromResult(known.Contains((tenant, domain, tool))) : AskAsync((tenant, domain, tool), cancellationToken);

    /// <summary>Every switch of a tenant, by domain, then tool: what was never switched has none.</summary>
    /// <exception cref="ReeveException">STORE-….</exception>
    public Task<IReadOnlyList<ToolSwitch>> ListAsync(TenantId tenant, CancellationToken cancellationToken) => store.ListAsync(tenant, cancellationToken);

    /// <summary>
    /// Switches a tool. When it returns, this process refuses a tool that was switched off; others do within a second. A tool that its pack disables stays so.
    /// </summary>
    /// <param name="tenant">For whom.</param>
    /// <param name="domain">The domain whose tool it is.</param>
    /// <param name="tool">The tool; whether it is defined is asked by whoever calls.</param>
    /// <param name="isEnabled">Whether it may be called.</param>
    /// <param name="reason">Why; one line of 1 to 200 characters once white space is straightened.</param>
    /// <param name="actor">Who says so.</param>
    /// <param name="cancellationToken">Gives up waiting; it may be switched nevertheless.</param>
    /// <returns>The switch as it is now, and whether that is new: switching to what it is changes and records nothing.</returns>
    /// <exception cref="ReeveException">TOOL-036; STORE-….</exception>
    public async Task<(ToolSwitch Switch, bool IsNew)> SwitchAsync(
        TenantId tenant, DomainName domain, ToolName tool, bool isEnabled, string reason, Principal actor, CancellationToken cancellationToken)
    {
        string why = Reason(reason);
        ToolSwitch? known = (await store.ListAsync(tenant, cancellationToken)).FirstOrDefault(one => one.Domain == domain && one.Tool == tool);
        if (known is not null && known.IsEnabled == isEnabled)
        {
            return (known, false);
        }

        ToolSwitch made = new(tenant, domain, tool, isEnabled, TimeText.ToMicroseconds(clock.GetUtcNow()), actor.Id);
        return await committer.CommitAloneAsync(tenant, [new ToolSwitchChange(made), new Change.Append(Switched(made, why, actor))], cancellationToken) is CommitOutcome.Committed
            ? (made, true)
            : throw new InvalidOperationException("A switch met a conflict, and there is none.");
    }

    private async ValueTask<bool> AskAsync((TenantId, DomainName, ToolName) tool, CancellationToken cancellationToken) =>
        await off.AskAsync(cancellationToken) is not { } found || found.Contains(tool);

    private static EventDraft Switched(ToolSwitch made, string reason, Principal actor) => new()
    {
        TenantId = made.TenantId,
        Type = EventType.ToolSwitched,
        Actor = actor,
        At = made.UpdatedAt,
        Body = JsonText.Render((made, reason, actor), static (writer, it) =>
        {
            writer.WriteStartObject();
            writer.WriteString("domain", it.made.Domain.Value);
            writer.WriteString("tool", it.made.Tool.Value);
            writer.WriteBoolean("enabled", it.made.IsEnabled);
            writer.WriteString("reason", it.reason);
            PrincipalJson.WriteActor(writer, it.actor);
            writer.WriteEndObject();
        }),
    };

    private static string Reason(string given)
    {
        string reason = string.Join(' ', given.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return reason.Length is > 0 and <= LongestReason && !reason.EnumerateRunes().Any(static rune => Rune.IsControl(rune) || rune == Rune.ReplacementChar)
            ? reason
            : throw new ReeveException(new ReeveError(ErrorCatalogue.Tools.BadReason, $"The reason is not a line of 1 to {LongestReason} visible characters.", "reason"));
    }
}
