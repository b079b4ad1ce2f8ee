using Reeve.Core.Decisions;
using Reeve.Core.Principals;
using Reeve.Core.Records;

namespace Reeve.Core.Calls;

/// <summary>Through whose hands a call passes.</summary>
public enum CallFrameKind
{
    /// <summary>playbook: an approved playbook's plan.</summary>
    Playbook,

    /// <summary>person: somebody asked for exactly this call.</summary>
    Person,

    /// <summary>service: a program asked for it.</summary>
    Service,

    /// <summary>model: a model chose it.</summary>
    Model,

    /// <summary>mcp: a client of ours, or a tool that calls back, speaks MCP.</summary>
    Mcp,

    /// <summary>tool: another tool's call led to it.</summary>
    Tool,

    /// <summary>replay: something past is played again.</summary>
    Replay,
}

/// <summary>One pair of hands.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Name">Which: a playbook, a key, a model, a tool.</param>
public sealed record CallFrame(CallFrameKind Kind, string Name);

/// <summary>
/// By what right a call is made: who asks, through whose hands, and what must at least be asked of people before anything changes. It can only be made with a floor, and
/// what is passed on (<see cref="Through"/>) keeps or raises it: no depth of calls loosens what the first was bound to. Immutable.
/// </summary>
public sealed class CallAuthority
{
    /// <summary>How many hands a call may pass through.</summary>
    public const int LongestChain = 8;

    private CallAuthority(Principal actor, PolicyVerdict floor, string because, bool isAutomatic, IReadOnlyList<CallFrame> chain)
    {
        Actor = actor;
        Floor = floor;
        Because = because;
        IsAutomatic = isAutomatic;
        Chain = chain;
    }

    /// <summary>Who acts.</summary>
    public Principal Actor { get; }

    /// <summary>What must at least hold for a call that changes something: ALLOW, an approval that covers exactly this call, or never.</summary>
    public PolicyVerdict Floor { get; }

    /// <summary>Why the floor is where it is, in a sentence; empty for ALLOW.</summary>
    public string Because { get; }

    /// <summary>Whether nobody asked for this very call, so that it reaches the world only while the tenant's automation is live.</summary>
    public bool IsAutomatic { get; }

    /// <summary>Through whose hands, the first first; never empty.</summary>
    public IReadOnlyList<CallFrame> Chain { get; }

    /// <summary>A step of a plan that was selected and judged for an exception.</summary>
    /// <param name="agent">The agent that executes it.</param>
    /// <param name="playbook">The playbook.</param>
    /// <param name="floor">The strictest that anybody said of the plan, and of this step.</param>
    /// <param name="because">Who said it.</param>
    public static CallAuthority OfPlan(Principal agent, PlaybookId playbook, PolicyVerdict floor, string because) =>
        new(agent, floor, because, isAutomatic: true, [new CallFrame(CallFrameKind.Playbook, playbook.Value)]);

    /// <summary>
    /// Somebody who asks for exactly this call. A person's wish is a person's decision; a program or an agent changes nothing without an approval. Whether the principal may ask
    /// at all is asked before (<c>Access</c>).
    /// </summary>
    /// <param name="actor">Who.</param>
    /// <param name="floor">What the exception it is for stands under; ALLOW when it is for none.</param>
    /// <param name="because">Why that.</param>
    public static CallAuthority OfPrincipal(Principal actor, PolicyVerdict floor, string because)
    {
        bool isPerson = actor.Kind == PrincipalKind.Person;
        CallFrame frame = new(actor.Kind switch
        {
            PrincipalKind.Person => CallFrameKind.Person,
            PrincipalKind.Service => CallFrameKind.Service,
            _ => CallFrameKind.Model,
        }, actor.Id);
        return isPerson || floor != PolicyVerdict.Allow
            ? new CallAuthority(actor, floor, because, !isPerson, [frame])
            : new CallAuthority(actor, PolicyVerdict.RequireApproval, "No person asked for it.", isAutomatic: true, [frame]);
    }

    /// <summary>The authority of a call that is on record, for whoever goes on with it: never lower than it was.</summary>
    /// <param name="actor">Who acted.</param>
    /// <param name="floor">Its floor.</param>
    /// <param name="because">Why.</param>
    /// <param name="isAutomatic">See <see cref="IsAutomatic"/>.</param>
    /// <param name="chain">Through whose hands it went; not empty.</param>
    public static CallAuthority OfRecord(Principal actor, PolicyVerdict floor, string because, bool isAutomatic, IReadOnlyList<CallFrame> chain)
    {
        ArgumentOutOfRangeException.ThrowIfZero(chain.Count);
        return new CallAuthority(actor, floor, because, isAutomatic, chain);
    }

    /// <summary>The same right under a floor that is at least as high, because more is known.</summary>
    /// <param name="floor">What is demanded besides.</param>
    /// <param name="because">Why.</param>
    public CallAuthority AtLeast(PolicyVerdict floor, string because) =>
        Lattice.Stricter(Floor, floor) == Floor ? this : new CallAuthority(Actor, floor, because, IsAutomatic, Chain);

    /// <summary>The right of what is called on the way: as strict, or stricter.</summary>
    /// <param name="frame">Whose hands it passes into. A model, a tool or MCP chooses nothing that people did not approve; a replay changes nothing.</param>
    public CallAuthority Through(CallFrame frame)
    {
        PolicyVerdict least = Chain.Count >= LongestChain ? PolicyVerdict.Block : frame.Kind switch
        {
            CallFrameKind.Replay => PolicyVerdict.Block,
            CallFrameKind.Model or CallFrameKind.Mcp or CallFrameKind.Tool or CallFrameKind.Service => PolicyVerdict.RequireApproval,
            _ => PolicyVerdict.Allow,
        };
        PolicyVerdict floor = Lattice.Stricter(Floor, least);
        string because = floor == Floor ? Because
            : Chain.Count >= LongestChain ? $"It is called through more than {LongestChain} hands."
            : frame.Kind == CallFrameKind.Replay ? "It is a replay."
            : $"It was chosen by {frame.Name}.";
        return new CallAuthority(Actor, floor, because, IsAutomatic || frame.Kind is not CallFrameKind.Person, [.. Chain, frame]);
    }
}
