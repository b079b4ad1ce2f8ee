namespace Reeve.Core.Errors;

public static partial class ErrorCatalogue
{
    /// <summary>Expressions (CEL): what keeps a text from being compiled, and what <c>reeve expr</c> reports.</summary>
    public static class Expressions
    {
        /// <summary>The text is not an expression.</summary>
        public static readonly ErrorCode Syntax = new("EXPR-001", "The expression cannot be read.", 400, "Mend the expression at the position given.");

        /// <summary>A number, string or bytes literal that denotes no value.</summary>
        public static readonly ErrorCode BadLiteral = new("EXPR-002", "A literal in the expression denotes no value.", 400, "Mend the literal at the position given.");

        /// <summary>Longer than 64 KiB.</summary>
        public static readonly ErrorCode TooLong = new("EXPR-003", "The expression is too long.", 400, "Split the expression into several rules.");

        /// <summary>Nested deeper than 250 levels.</summary>
        public static readonly ErrorCode TooDeep = new("EXPR-004", "The expression is nested too deeply.", 400, "Flatten the expression or split it into several rules.");

        /// <summary>More than 20,000 parts.</summary>
        public static readonly ErrorCode TooLarge = new("EXPR-005", "The expression has too many parts.", 400, "Split the expression into several rules.");

        /// <summary>A macro such as has() or all() whose arguments do not fit.</summary>
        public static readonly ErrorCode BadMacro = new("EXPR-006", "A macro is used with arguments that do not fit.", 400, "Give the macro the arguments that docs/expressions.md lists.");

        /// <summary>A function that does not exist, or not with that many arguments.</summary>
        public static readonly ErrorCode UnknownFunction = new("EXPR-007", "The expression calls a function that does not exist.", 400, "Use a function of docs/expressions.md with the number of arguments it lists.");

        /// <summary>A regular expression that cannot be compiled.</summary>
        public static readonly ErrorCode BadPattern = new("EXPR-008", "A regular expression cannot be used.", 400, "Mend the pattern; docs/expressions.md lists what RE2 syntax is supported.");

        /// <summary>Operands whose declared types do not fit the operation.</summary>
        public static readonly ErrorCode TypeMismatch = new("EXPR-009", "The types in the expression do not fit.", 400, "Convert the operands, or wrap one in dyn() to defer the check.");

        /// <summary>A name that was not declared.</summary>
        public static readonly ErrorCode Undeclared = new("EXPR-010", "The expression uses a name that is not declared.", 400, "Declare the name or correct its spelling.");

        /// <summary>The text of a type cannot be read.</summary>
        public static readonly ErrorCode BadType = new("EXPR-011", "A type cannot be read.", 400, "Write a CEL type such as int, list(string) or map(string, dyn).");

        /// <summary>The expression was evaluated and ended in an error.</summary>
        public static readonly ErrorCode Failed = new("EXPR-012", "The expression has no value.", 400, "Give the missing field, or guard the expression with has().");

        /// <summary>A line of a file of cases cannot be used.</summary>
        public static readonly ErrorCode BadCase = new("EXPR-013", "A test case cannot be read.", 400, "Write one JSON object per line with id, expr and, if wanted, types, bindings and expect.");
    }
}
