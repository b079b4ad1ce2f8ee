namespace Reeve.Core.Errors;

public static partial class ErrorCatalogue
{
    /// <summary>JSON Schemas of tools and results.</summary>
    public static class Schemas
    {
        /// <summary>A keyword's value is not what the keyword takes.</summary>
        public static readonly ErrorCode Malformed = new("SCHEMA-001", "The schema is malformed.", 400, "Mend the value at the pointer given.");

        /// <summary>A keyword that draft 2020-12 does not have.</summary>
        public static readonly ErrorCode UnknownKeyword = new("SCHEMA-002", "The schema uses an unknown keyword.", 400, "Remove it or mend its spelling; notes belong in $comment.");

        /// <summary>A reference to a schema outside the document, or to nothing in it.</summary>
        public static readonly ErrorCode UnresolvedReference = new("SCHEMA-003", "A reference does not resolve inside the document.", 400, "Copy the schema referred to under $defs and refer to it there.");

        /// <summary>A metaschema or vocabulary other than the standard one.</summary>
        public static readonly ErrorCode OtherDialect = new("SCHEMA-004", "The schema is written in another dialect.", 400, "Use JSON Schema draft 2020-12.");

        /// <summary>A regular expression that cannot be used.</summary>
        public static readonly ErrorCode BadPattern = new("SCHEMA-005", "A pattern of the schema cannot be used.", 400, "Mend the regular expression at the offset given.");

        /// <summary>One URI or anchor names two schemas.</summary>
        public static readonly ErrorCode DuplicateName = new("SCHEMA-006", "Two schemas have one name.", 400, "Rename one of the two.");

        /// <summary>A schema that is applied to the same instance again and again.</summary>
        public static readonly ErrorCode EndlessReference = new("SCHEMA-007", "The schema refers to itself without end.", 400, "Let the reference stand below properties or items.");

        /// <summary>Nested too deeply.</summary>
        public static readonly ErrorCode TooDeep = new("SCHEMA-008", "The schema is nested too deeply.", 400, "Move parts of it to $defs.");
    }
}
