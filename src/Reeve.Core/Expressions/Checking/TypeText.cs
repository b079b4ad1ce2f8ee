using Reeve.Core.Errors;

namespace Reeve.Core.Expressions.Checking;

/// <summary>Reads types as CEL writes them: <c>int</c>, <c>list(string)</c>, <c>map(string, dyn)</c>, <c>(A, list(A)) -> bool</c>.</summary>
internal ref struct TypeText
{
    private const int MaxDepth = 50;

    private readonly ReadOnlySpan<char> text;
    private readonly Dictionary<string, CelType>? parameters;
    private int at;
    private int depth;

    private TypeText(ReadOnlySpan<char> text, Dictionary<string, CelType>? parameters)
    {
        this.text = text;
        this.parameters = parameters;
    }

    /// <summary>Reads one type.</summary>
    /// <exception cref="ReeveException">EXPR-011.</exception>
    internal static CelType Parse(string text)
    {
        TypeText reader = new(text, null);
        CelType type = reader.ReadType();
        return reader.Peek() == '\0' ? type : throw reader.Bad();
    }

    /// <summary>Reads a signature; each reading has type parameters of its own.</summary>
    internal static (CelType[] Parameters, CelType Result) ParseSignature(string text)
    {
        TypeText reader = new(text, new Dictionary<string, CelType>(StringComparer.Ordinal));
        CelType[] given = reader.ReadArguments();
        reader.Peek();
        reader.at += 2;
        return (given, reader.ReadType());
    }

    private CelType ReadType()
    {
        depth++;
        if (depth > MaxDepth)
        {
            throw Bad();
        }

        Peek();
        int start = at;
        while (at < text.Length && (char.IsAsciiLetterOrDigit(text[at]) || text[at] is '_' or '.'))
        {
            at++;
        }

        string name = text[start..at].ToString();
        CelType[] arguments = Peek() == '(' ? ReadArguments() : [];
        depth--;
        return Make(name, arguments) ?? throw Bad();
    }

    private CelType[] ReadArguments()
    {
        if (Peek() != '(')
        {
            throw Bad();
        }

        List<CelType> arguments = [];
        at++;
        while (Peek() != ')')
        {
            arguments.Add(ReadType());
            if (Peek() == ',')
            {
                at++;
            }
            else if (Peek() != ')')
            {
                throw Bad();
            }
        }

        at++;
        return [.. arguments];
    }

    private readonly CelType? Make(string name, CelType[] arguments)
    {
        CelType? type = arguments.Length == 0 ? Plain(name) : null;
        return type ?? (name, arguments.Length) switch
        {
            ("list", 0) => CelType.List(CelType.Dyn),
            ("list", 1) => CelType.List(arguments[0]),
            ("map", 0) => CelType.Map(CelType.Dyn, CelType.Dyn),
            ("map", 2) => CelType.Map(arguments[0], arguments[1]),
            ("type", 0) => CelType.Type(CelType.Dyn),
            ("type", 1) => CelType.Type(arguments[0]),
            ("optional_type" or "optional", 0) => CelType.Optional(CelType.Dyn),
            ("optional_type" or "optional", 1) => CelType.Optional(arguments[0]),
            ("wrapper", 1) => CelType.Wrapper(arguments[0]),
            ("", _) => null,
            ( { Length: 1 }, 0) when parameters is not null => Parameter(name),
            (_, 0) => CelType.Named(name),
            _ => null,
        };
    }

    private readonly CelType Parameter(string name)
    {
        if (!parameters!.TryGetValue(name, out CelType? parameter))
        {
            parameters[name] = parameter = CelType.Parameter(name);
        }

        return parameter;
    }

    private static CelType? Plain(string name) => name switch
    {
        "dyn" or "any" or "google.protobuf.Any" or "google.protobuf.Value" => CelType.Dyn,
        "null_type" or "null" => CelType.Null,
        "bool" => CelType.Bool,
        "int" => CelType.Int,
        "uint" => CelType.Uint,
        "double" => CelType.Double,
        "string" => CelType.String,
        "bytes" => CelType.Bytes,
        "timestamp" or "google.protobuf.Timestamp" => CelType.Timestamp,
        "duration" or "google.protobuf.Duration" => CelType.Duration,
        "google.protobuf.Struct" => CelType.Map(CelType.String, CelType.Dyn),
        "google.protobuf.ListValue" => CelType.List(CelType.Dyn),
        "google.protobuf.BoolValue" => CelType.Wrapper(CelType.Bool),
        "google.protobuf.StringValue" => CelType.Wrapper(CelType.String),
        "google.protobuf.BytesValue" => CelType.Wrapper(CelType.Bytes),
        "google.protobuf.DoubleValue" or "google.protobuf.FloatValue" => CelType.Wrapper(CelType.Double),
        "google.protobuf.Int64Value" or "google.protobuf.Int32Value" => CelType.Wrapper(CelType.Int),
        "google.protobuf.UInt64Value" or "google.protobuf.UInt32Value" => CelType.Wrapper(CelType.Uint),
        _ => null,
    };

    // The next character that is no blank, the end as U+0000.
    private char Peek()
    {
        while (at < text.Length && text[at] == ' ')
        {
            at++;
        }

        return at < text.Length ? text[at] : '\0';
    }

    private readonly ReeveException Bad() => new(new ReeveError(
        ErrorCatalogue.Expressions.BadType, "Expected a type such as int, list(string) or map(string, dyn).", position: new SourcePosition(1, at + 1)));
}
