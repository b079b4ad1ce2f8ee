namespace Reeve.Core.Errors;

public static partial class ErrorCatalogue
{
    /// <summary>What is valid in a pack and still wrong. Findings of <c>reeve packs lint</c>; none keeps a pack from being stored.</summary>
    public static class Lint
    {
        /// <summary>A condition that nothing makes true.</summary>
        public static readonly ErrorCode NeverHolds = new("LINT-001", "The condition can never hold.", 422, "Correct the condition, or remove what it is for.");

        /// <summary>A condition that holds for everything.</summary>
        public static readonly ErrorCode AlwaysHolds = new("LINT-002", "The condition always holds.", 422, "Correct the condition, or say what you mean without one.");

        /// <summary>A condition that asks for a type that there is not.</summary>
        public static readonly ErrorCode UnknownType = new("LINT-003", "The condition names no type of the pack.", 422, "Write a type that is declared under exceptionTypes.");

        /// <summary>A condition that asks for a severity that there is not.</summary>
        public static readonly ErrorCode UnknownSeverity = new("LINT-004", "The condition names no severity.", 422, "Write LOW, MEDIUM, HIGH or CRITICAL, in capitals.");

        /// <summary>A severity that nothing the rule is about can have.</summary>
        public static readonly ErrorCode UnreachedSeverity = new("LINT-005", "Nothing can have this severity.", 422, "Remove it, or add the severity rule or override that gives this severity.");

        /// <summary>A rule or mapping that an earlier one leaves nothing.</summary>
        public static readonly ErrorCode Preempted = new("LINT-006", "An earlier one takes everything.", 422, "Put the narrower one first, or remove the one that is never reached.");

        /// <summary>Two rules of one list with one condition.</summary>
        public static readonly ErrorCode SameCondition = new("LINT-007", "Two rules have the same condition.", 422, "Keep one of the two, or correct the condition that was copied.");

        /// <summary>Something that changes nothing.</summary>
        public static readonly ErrorCode NoEffect = new("LINT-008", "This changes nothing.", 422, "Remove it, or write what was meant.");

        /// <summary>A playbook that is never chosen.</summary>
        public static readonly ErrorCode NeverChosen = new("LINT-009", "The playbook can never be chosen.", 422, "Correct its types, conditions or priority, approve it, or remove it.");

        /// <summary>Two playbooks between which only order or version decides.</summary>
        public static readonly ErrorCode Tie = new("LINT-010", "Only order or version decides between two playbooks.", 422, "Give one of them a higher priority, or make their conditions exclude one another.");

        /// <summary>A playbook without types that no other uses.</summary>
        public static readonly ErrorCode UnusedPlaybook = new("LINT-011", "No playbook uses this one, and it is for no type.", 422, "Include it somewhere, name the types it is for, or remove it.");

        /// <summary>A step whose condition nothing makes true.</summary>
        public static readonly ErrorCode DeadStep = new("LINT-012", "The step can never run.", 422, "Correct its condition, or remove the step.");

        /// <summary>An output that is not there when it is read.</summary>
        public static readonly ErrorCode NoSuchOutput = new("LINT-013", "There is no such output here.", 422, "Name an earlier step that calls a tool, by its stepId or its number.");

        /// <summary>A status that cannot follow the one set before.</summary>
        public static readonly ErrorCode StatusAfterEnd = new("LINT-014", "The status cannot follow the one that was set before.", 422, "Set the status once, or put the steps in the order docs/playbooks.md allows.");

        /// <summary>A fallback that is never tried.</summary>
        public static readonly ErrorCode DeadFallback = new("LINT-015", "The fallback is never tried.", 422, "Remove the fallback: what it stands in for cannot fail.");

        /// <summary>A tool whose answers are not described.</summary>
        public static readonly ErrorCode NoOutputSchema = new("LINT-016", "The tool does not say what it answers.", 422, "Give it an outputSchema, so that answers are checked and criteria can be.");

        /// <summary>A tool that nothing uses.</summary>
        public static readonly ErrorCode UnusedTool = new("LINT-017", "No playbook uses the tool.", 422, "Use it, block it if it must not be used, or remove it.");

        /// <summary>A member that a tool's answer does not have.</summary>
        public static readonly ErrorCode NoSuchMember = new("LINT-018", "The tool's answer has no such member.", 422, "Name a member of its outputSchema, or add the member there.");

        /// <summary>A field that no sample has.</summary>
        public static readonly ErrorCode UnseenField = new("LINT-019", "No sample has this field.", 422, "Correct the name, map the field, or add a sample that has it.");

        /// <summary>A tag that nothing gives.</summary>
        public static readonly ErrorCode UnseenTag = new("LINT-020", "Nothing gives this tag.", 422, "Correct the tag, let a mapping give it, or add a sample that has it.");

        /// <summary>A calendar that nothing names.</summary>
        public static readonly ErrorCode UnusedCalendar = new("LINT-021", "Nothing uses the calendar.", 422, "Use it, or remove it.");

        /// <summary>An intake mapping reads a name that only conditions know, or text without its quotes.</summary>
        public static readonly ErrorCode UnknownName = new("LINT-022", "Mappings do not know this name.", 422, "Write text as \"'text'\", a field of the document as doc.field, one of an item as item.field.");

        /// <summary>A call gives, or an amount reads, an argument that the tool does not take.</summary>
        public static readonly ErrorCode NoSuchArgument = new("LINT-023", "The tool has no such argument.", 422, "Name an argument of its input schema, or add it there.");

        /// <summary>A call leaves out what the tool requires.</summary>
        public static readonly ErrorCode MissingArgument = new("LINT-024", "A required argument is left out.", 422, "Give the argument, or take it out of the required ones.");

        /// <summary>An expression counts in a calendar that is nowhere.</summary>
        public static readonly ErrorCode UnknownCalendar = new("LINT-025", "There is no such calendar.", 422, "Write a calendar that is declared under calendars, or declare this one.");
    }
}
