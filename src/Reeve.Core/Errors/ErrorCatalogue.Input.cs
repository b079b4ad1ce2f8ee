namespace Reeve.Core.Errors;

public static partial class ErrorCatalogue
{
    /// <summary>Texts that cannot be read: files, JSON, YAML, arguments.</summary>
    public static class Input
    {
        /// <summary>A file is missing or cannot be read.</summary>
        public static readonly ErrorCode FileUnreadable = new("INPUT-001", "The file cannot be read.", 400, "Check the path and its permissions.");

        /// <summary>A file cannot be written.</summary>
        public static readonly ErrorCode FileUnwritable = new("INPUT-010", "The file cannot be written.", 400, "Check the folder and its permissions.");

        /// <summary>Nothing was given.</summary>
        public static readonly ErrorCode Empty = new("INPUT-002", "The input is empty.", 400, "Give a document with content.");

        /// <summary>The text is not JSON.</summary>
        public static readonly ErrorCode MalformedJson = new("INPUT-003", "The text is not valid JSON.", 400, "Mend the text at the position given.");

        /// <summary>The text is not YAML of the 1.2 core schema.</summary>
        public static readonly ErrorCode MalformedYaml = new("INPUT-004", "The text is not valid YAML.", 400, "Mend the text there or just above it: indentation, quotes, brackets and a ': ' in a text are the usual causes.");

        /// <summary>Bytes that are not UTF-8.</summary>
        public static readonly ErrorCode InvalidUtf8 = new("INPUT-005", "The text is not valid UTF-8.", 400, "Save or send the text as UTF-8.");

        /// <summary>A key occurs twice in one object.</summary>
        public static readonly ErrorCode DuplicateKey = new("INPUT-006", "A key occurs twice.", 400, "Keep one of the two.");

        /// <summary>Nested deeper than allowed.</summary>
        public static readonly ErrorCode TooDeep = new("INPUT-007", "The document is nested too deeply.", 400, "Flatten the document.");

        /// <summary>Larger than allowed.</summary>
        public static readonly ErrorCode TooLarge = new("INPUT-008", "The document is too large.", 413, "Send less, or in several parts.");

        /// <summary>A NUL character or a lone surrogate in a string.</summary>
        public static readonly ErrorCode ForbiddenCharacter = new("INPUT-009", "A string holds a character that cannot be stored.", 400, "Remove U+0000 and lone surrogates.");
    }
}
