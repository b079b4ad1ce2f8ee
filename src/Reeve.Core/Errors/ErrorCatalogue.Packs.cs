namespace Reeve.Core.Errors;

public static partial class ErrorCatalogue
{
    /// <summary>Domain packs and tenant policies: what is wrong in a document that could be read.</summary>
    public static class Packs
    {
        /// <summary>A member that the format does not have.</summary>
        public static readonly ErrorCode UnknownField = new("PACK-001", "The field is not known.", 422, "Correct its name or remove it; docs/packs.md lists the fields.");

        /// <summary>A value of another type.</summary>
        public static readonly ErrorCode WrongType = new("PACK-002", "The value has the wrong type.", 422, "Give a value of the type named.");

        /// <summary>A required member is not there.</summary>
        public static readonly ErrorCode MissingField = new("PACK-003", "A required field is missing.", 422, "Add the field.");

        /// <summary>A text is empty or blank.</summary>
        public static readonly ErrorCode EmptyText = new("PACK-004", "The text is empty.", 422, "Give a text, or leave the field out.");

        /// <summary>A number outside its range.</summary>
        public static readonly ErrorCode OutOfRange = new("PACK-005", "The number is out of range.", 422, "Give a number in the range named.");

        /// <summary>A word that is none of the allowed ones.</summary>
        public static readonly ErrorCode NotAllowed = new("PACK-006", "The value is not one of those allowed.", 422, "Use one of the values named.");

        /// <summary>The same thing said twice: both spellings, or two fields that mean the same.</summary>
        public static readonly ErrorCode SaidTwice = new("PACK-007", "The same thing is given twice.", 422, "Keep one of the two.");

        /// <summary>A text that is not of the form its field asks for.</summary>
        public static readonly ErrorCode BadFormat = new("PACK-008", "The text has the wrong form.", 422, "Write it in the form named.");

        /// <summary>A taxonomy without a type.</summary>
        public static readonly ErrorCode NoExceptionType = new("PACK-009", "The pack has no exception type.", 422, "Declare at least one type under exceptionTypes.");

        /// <summary>An exception type that the domain pack does not declare.</summary>
        public static readonly ErrorCode UnknownType = new("PACK-010", "The exception type is not known.", 422, "Declare it under exceptionTypes, or name one that is declared.");

        /// <summary>A type that is its own ancestor, or has too many.</summary>
        public static readonly ErrorCode TypeCycle = new("PACK-011", "The taxonomy has a cycle.", 422, "Let parentType lead to a root, within 32 levels.");

        /// <summary>An expression that does not compile.</summary>
        public static readonly ErrorCode BadExpression = new("PACK-012", "The expression cannot be compiled.", 422, "Mend the expression at the position given; docs/expressions.md describes the language.");

        /// <summary>A tool that the domain pack does not define.</summary>
        public static readonly ErrorCode UnknownTool = new("PACK-013", "The tool is not known.", 422, "Define it under tools, or name one that is defined.");

        /// <summary>A playbook that neither pack has.</summary>
        public static readonly ErrorCode UnknownPlaybook = new("PACK-014", "The playbook is not known.", 422, "Name a playbook of the domain pack or one under customPlaybooks.");

        /// <summary>A playbook that extends or includes itself, or grows too large by it.</summary>
        public static readonly ErrorCode PlaybookCycle = new("PACK-015", "Playbooks extend or include one another in a cycle.", 422, "Break the cycle; at most 32 levels and 1,000 steps.");

        /// <summary>Two things of one name.</summary>
        public static readonly ErrorCode DuplicateName = new("PACK-016", "The name is used twice.", 422, "Give one of them another name.");

        /// <summary>A schema that does not compile, or a type word without meaning.</summary>
        public static readonly ErrorCode BadSchema = new("PACK-017", "The schema cannot be compiled.", 422, "Use JSON Schema draft 2020-12 with references inside the same schema, or a shorthand of docs/packs.md.");

        /// <summary>A calendar that cannot be made.</summary>
        public static readonly ErrorCode BadCalendar = new("PACK-018", "The calendar is not valid.", 422, "Give an IANA zone, days of the week, dates as YYYY-MM-DD and a cutoff as HH:MM.");

        /// <summary>A business calendar that neither pack declares.</summary>
        public static readonly ErrorCode UnknownCalendar = new("PACK-019", "The calendar is not known.", 422, "Declare it under calendars, or name one that is declared.");

        /// <summary>A detection rule that is neither CEL nor JSONPath.</summary>
        public static readonly ErrorCode BadPath = new("PACK-020", "The JSONPath cannot be compiled.", 422, "Mend the path; RFC 9535 describes the language.");

        /// <summary>A document that is neither kind of pack.</summary>
        public static readonly ErrorCode NotAPack = new("PACK-021", "The document is no pack.", 422, "A domain pack has domainName and exceptionTypes, a tenant policy tenantId.");

        /// <summary>An entity that the domain pack does not define.</summary>
        public static readonly ErrorCode UnknownEntity = new("PACK-022", "The entity is not known.", 422, "Define it under entities, or name one that is defined.");

        /// <summary>More items than a pack may have.</summary>
        public static readonly ErrorCode TooMany = new("PACK-023", "The list is too long.", 422, "Split the pack.");

        /// <summary>A secret written into a pack.</summary>
        public static readonly ErrorCode SecretInText = new("PACK-024", "A secret stands in the pack.", 422, "Store the secret and refer to it as secret://name.");

        /// <summary>More errors than are listed.</summary>
        public static readonly ErrorCode MoreErrors = new("PACK-025", "There are more errors.", 422, "Mend those listed and validate again.");

        /// <summary>A file whose extension says nothing.</summary>
        public static readonly ErrorCode UnknownFileKind = new("PACK-026", "The kind of file is not known.", 400, "Name the file .json, .yaml or .yml.");

        /// <summary>A policy for another domain.</summary>
        public static readonly ErrorCode OtherDomain = new("PACK-030", "The policy is for another domain.", 422, "Bind it to the domain pack it names, or correct domainName.");

        /// <summary>No domain pack satisfies a policy that names none.</summary>
        public static readonly ErrorCode NoDomain = new("PACK-031", "No domain pack satisfies the policy.", 422, "Name the domain in domainName, or correct the references listed.");

        /// <summary>Several domain packs satisfy a policy that names none.</summary>
        public static readonly ErrorCode SeveralDomains = new("PACK-032", "Several domain packs satisfy the policy.", 422, "Name the domain in domainName.");

        /// <summary>A policy that allows what its domain pack blocks.</summary>
        public static readonly ErrorCode AllowsBlocked = new("PACK-033", "The policy allows what the domain pack blocks.", 422, "Remove it from the allow list: a block list always wins.");

        /// <summary>An endpoint for a tool that has one.</summary>
        public static readonly ErrorCode EndpointTaken = new("PACK-034", "The tool already has an endpoint.", 422, "toolEndpoints is for tools that the domain pack defines without endpoint.");

        /// <summary>A version of a tool that the domain pack does not offer.</summary>
        public static readonly ErrorCode IncompatibleVersion = new("PACK-035", "The tool's version is not compatible.", 422, "Ask for the same major version, not newer than the domain pack's.");

        /// <summary>A version that other content has.</summary>
        public static readonly ErrorCode VersionTaken = new("PACK-036", "The version is taken by other content.", 409, "Give the changed pack a new version: a version never changes.");

        /// <summary>A policy of another tenant.</summary>
        public static readonly ErrorCode OtherTenant = new("PACK-037", "The policy is for another tenant.", 403, "Store it for the tenant it names, or correct tenantId.");

        /// <summary>A version that the tenant does not have.</summary>
        public static readonly ErrorCode UnknownVersion = new("PACK-038", "There is no such version.", 404, "Name a stored version, as 'reeve packs versions' shows them.");

        /// <summary>A text that refers to no version.</summary>
        public static readonly ErrorCode BadReference = new("PACK-039", "The reference to a version cannot be read.", 400, "Write DOMAIN@VERSION or DOMAIN@active.");

        /// <summary>A domain without an active pair of packs.</summary>
        public static readonly ErrorCode NotActive = new("PACK-040", "No domain pack and policy are active.", 422, "Store and activate both: 'reeve packs store FILE --tenant ID --activate', the domain pack first.");

        /// <summary>Several domains, and none named.</summary>
        public static readonly ErrorCode SeveralActive = new("PACK-041", "Several domains are active.", 422, "Name the domain.");

        /// <summary>Versions were activated by others at the same time, again and again.</summary>
        public static readonly ErrorCode ActivatedMeanwhile = new("PACK-042", "Other versions became active at the same time.", 409, "Look at what is active now, and try again.", IsTransient: true);

        /// <summary>Content that JSON cannot say.</summary>
        public static readonly ErrorCode NotStorable = new("PACK-043", "The pack holds what cannot be stored.", 422, "Remove numbers that are not finite (.inf, .nan).");

        /// <summary>A policy's test case that restates what is not there, or restates it to expect nothing.</summary>
        public static readonly ErrorCode RestatesNothing = new("PACK-044", "The test case restates nothing.", 422, "Give it an input, or the written suiteId and caseId of a case of the domain pack, and say what is expected.");

        /// <summary>A text that cannot name a new pack.</summary>
        public static readonly ErrorCode BadPackName = new("PACK-045", "The name cannot be a pack's.", 400, "Use lower-case letters, digits and hyphens, such as lost-parcels.");

        /// <summary>A place for a new pack that is taken.</summary>
        public static readonly ErrorCode FolderTaken = new("PACK-046", "The pack's folder is already there.", 409, "Choose another name or another --output; nothing was written.");

        /// <summary>A file without a place for generated results.</summary>
        public static readonly ErrorCode NoResultsSection = new(
            "PACK-047", "There is no place for the results.", 422, "Put the lines '<!-- reeve packs results --as-of TIME -->' and '<!-- end of results -->' where they belong, each once and alone on its line.");

        /// <summary>Nothing to go back to.</summary>
        public static readonly ErrorCode NothingBefore = new("PACK-048", "There is nothing to go back to.", 422, "Name the version: 'reeve packs versions' shows those there are.");

        /// <summary>A policy in a watched folder for a tenant that is not there.</summary>
        public static readonly ErrorCode NoSuchTenant = new("PACK-049", "The policy is for a tenant that does not exist.", 422, "Create the tenant ('reeve tenants create ID'), then save the policy again, or correct tenantId.");

        /// <summary>Warning: what was written has no effect.</summary>
        public static readonly ErrorCode NoEffect = new("PACK-050", "This has no effect.", 422, "Remove it, or write what was meant.");

        /// <summary>Warning: probably not what was meant.</summary>
        public static readonly ErrorCode Doubtful = new("PACK-051", "This is probably not what was meant.", 422, "Check the text.");
    }
}
