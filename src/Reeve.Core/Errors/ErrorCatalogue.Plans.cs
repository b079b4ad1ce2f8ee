namespace Reeve.Core.Errors;

public static partial class ErrorCatalogue
{
    /// <summary>Plans that fail before anything runs (EX-AGENT-RES-1).</summary>
    public static class Plans
    {
        /// <summary>A step names a tool that the domain pack does not define.</summary>
        public static readonly ErrorCode UnknownTool = new("PLAN-001", "A step uses a tool that does not exist.", 422, "Name a tool of the domain pack, or add the tool to it.");

        /// <summary>A step uses a tool or action that the tenant may not use.</summary>
        public static readonly ErrorCode ToolRefused = new("PLAN-002", "A step uses a tool that is not allowed.", 422, "Allow the tool in the tenant policy, or take the step out of the playbook.");

        /// <summary>A placeholder inside a longer argument stands for nothing, or names a step that has no output.</summary>
        public static readonly ErrorCode UnresolvedPlaceholder = new("PLAN-003", "A placeholder cannot be resolved.", 422, "Give the field in the intake mapping, or make the placeholder the whole argument, which is then omitted.");

        /// <summary>An action's parameters are missing or not among those it knows.</summary>
        public static readonly ErrorCode BadParameters = new("PLAN-004", "A step's parameters are wrong.", 422, "Give the parameters that docs/playbooks.md lists for the action.");

        /// <summary>A status that the exception cannot have at that point.</summary>
        public static readonly ErrorCode IllegalStatus = new("PLAN-005", "A step sets a status that cannot follow.", 422, "See docs/playbooks.md for the statuses that may follow one another.");

        /// <summary>Fallbacks are nested deeper than allowed.</summary>
        public static readonly ErrorCode TooDeep = new("PLAN-006", "Fallbacks are nested too deeply.", 422, "Give a fallback of fewer levels, or escalate instead.");
    }
}
