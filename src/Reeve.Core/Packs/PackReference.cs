namespace Reeve.Core.Packs;

/// <summary>What a name in a pack refers to.</summary>
public enum ReferenceKind
{
    /// <summary>An exception type, by its exact name.</summary>
    ExceptionType,

    /// <summary>Exception types by a name or a pattern, which must match one at least.</summary>
    TypePattern,

    /// <summary>A tool that is used, blocked or overridden.</summary>
    Tool,

    /// <summary>A tool that a guardrail's allow list names.</summary>
    AllowedTool,

    /// <summary>An action that a guardrail's allow list names, by its canonical name.</summary>
    AllowedAction,

    /// <summary>A tool that a tenant approves.</summary>
    ApprovedTool,

    /// <summary>A tool to which a tenant gives an endpoint.</summary>
    BoundTool,

    /// <summary>A playbook that is approved or expected.</summary>
    Playbook,

    /// <summary>A business calendar.</summary>
    Calendar,

    /// <summary>The domain a policy is for.</summary>
    Domain,

    /// <summary>Not a name but a step's text, in which a bracketed word should be a tool.</summary>
    StepText,
}

/// <summary>A name that a pack uses and something else declares, and where it stands.</summary>
/// <param name="Kind">What it refers to.</param>
/// <param name="Name">The name, as written.</param>
/// <param name="Pointer">The JSON pointer of the place in its document.</param>
public sealed record PackReference(ReferenceKind Kind, string Name, string Pointer);
