using Reeve.Core.Decisions;
using Reeve.Core.Records;

namespace Reeve.Core.Principals;

/// <summary>What kind of actor it is. Only a person may approve (EX-APPR-7).</summary>
public enum PrincipalKind
{
    /// <summary>A person, proven by a credential.</summary>
    Person,

    /// <summary>One of Reeve's agents.</summary>
    Agent,

    /// <summary>A program.</summary>
    Service,
}

/// <summary>Who acts (EX-SEC-7).</summary>
/// <param name="Kind">Person, agent or service.</param>
/// <param name="Id">Its id as headers of events have it: <c>agent:</c> and a name, <c>key:</c> and an id, <c>local:</c> for the machine's command line, <c>system:</c> and a part of Reeve (docs/audit-format.md).</param>
/// <param name="Owner">The person or team behind it; credentials of one owner count as one.</param>
/// <param name="Roles">Its roles, by wire name.</param>
public sealed record Principal(PrincipalKind Kind, string Id, string Owner, IReadOnlyList<string> Roles)
{
    private static readonly Principal[] Agents =
        [.. Enum.GetValues<Stage>().Select(stage => new Principal(PrincipalKind.Agent, "agent:" + stage.Agent(), "reeve", []))];

    /// <summary>The pipeline, where it records what several agents decided.</summary>
    public static Principal Pipeline { get; } = new(PrincipalKind.Service, "system:pipeline", "reeve", []);

    /// <summary>The agent that decides a stage. Agents hold no role: what they may do is decided by policy.</summary>
    public static Principal Of(Stage stage) => Agents[(int)stage];

    /// <inheritdoc/>
    public override string ToString() => Id;
}
