using Reeve.Core.Packs;

namespace Reeve.Core.Policies;

/// <summary>Which check refused a tool or action, in the order they are made.</summary>
public enum ToolRefusal
{
    /// <summary>The tenant's domain pack defines no such tool; another tenant's tool is not found, either.</summary>
    NotDefined,

    /// <summary>A block list names it.</summary>
    Blocked,

    /// <summary>It is switched off.</summary>
    Disabled,

    /// <summary>The version that the tenant asks for is of another major or newer than the one defined.</summary>
    IncompatibleVersion,

    /// <summary>It is not in the tenant's list of approved tools.</summary>
    NotApproved,

    /// <summary>There is an allow list, and it does not name it.</summary>
    NotAllowListed,
}

/// <summary>Whether a tool or action may be used.</summary>
public abstract record ToolVerdict
{
    private ToolVerdict()
    {
    }

    /// <summary>It may; <paramref name="Tool"/> is null for an action that calls none.</summary>
    public sealed record Allowed(ToolDefinition? Tool) : ToolVerdict;

    /// <summary>It may not.</summary>
    /// <param name="By">The check that refused it.</param>
    /// <param name="Kind"><c>tool</c> or <c>action</c>.</param>
    /// <param name="Name">Its name.</param>
    /// <param name="Reason">A sentence that names it and the list.</param>
    public sealed record Refused(ToolRefusal By, string Kind, string Name, string Reason) : ToolVerdict;
}
