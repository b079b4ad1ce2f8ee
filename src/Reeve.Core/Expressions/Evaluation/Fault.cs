namespace Reeve.Core.Expressions.Evaluation;

/// <summary>The messages of evaluation errors. Constants: errors are cached by reference to their message.</summary>
internal static class Fault
{
    internal const string Missing = "the value is missing";
    internal const string WrongType = "the value has the wrong type (no such overload)";
    internal const string NotBool = "the value is not a bool (no such overload)";
    internal const string Undeclared = "undeclared reference";
    internal const string UnknownFunction = "unbound function, or no overload takes this many arguments";
    internal const string UnknownMessage = "unknown message type";
    internal const string BadMessageField = "the message has no such field, or the value does not fit it";
    internal const string NoSuchKey = "no such key";
    internal const string NoSuchIndex = "index out of bounds";
    internal const string Overflow = "integer overflow";
    internal const string DivideByZero = "divide by zero";
    internal const string ModuloByZero = "modulus by zero";
    internal const string OutOfRange = "the value is out of range";
    internal const string BadKeyType = "unsupported key type";
    internal const string RepeatedKey = "a map key is repeated";
    internal const string NotIterable = "the value is neither a list nor a map";
    internal const string TooCostly = "the cost limit is exceeded";
    internal const string BadText = "the text does not denote a value of that type";
    internal const string BadUtf8 = "the bytes are not valid UTF-8";
    internal const string BadPattern = "the regular expression is invalid";
    internal const string BadZone = "unknown time zone";
    internal const string BadFormat = "the format string cannot be used with these arguments";
    internal const string NoValue = "optional.none() has no value";
    internal const string UnknownCalendar = "unknown business calendar";
    internal const string HasNeedsField = "has() asks for a field of a map";
}
