using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Reeve.Core.Errors;
using Reeve.Core.Expressions;
using Reeve.Core.Expressions.Checking;
using Reeve.Core.Values;

namespace Reeve.Commands.Cel;

/// <summary>What became of one case.</summary>
/// <param name="Id">Its id, or its line when it has none.</param>
/// <param name="Value">The value, when there is one.</param>
/// <param name="Error">The error otherwise.</param>
/// <param name="Passed">Whether that was expected; null when the case expects nothing.</param>
internal sealed record ExprOutcome(string Id, Value? Value, string? Error, bool? Passed)
{
    private static readonly JsonWriterOptions Compact = JsonText.Compact with { MaxDepth = 2_000 };

    /// <summary>The line of the report: id, and value or error.</summary>
    internal byte[] ToReportLine()
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter writer = new(buffer, Compact))
        {
            writer.WriteStartObject();
            writer.WriteString("id", Id);
            if (Value is { } value)
            {
                writer.WritePropertyName("value");
                TypedValueJson.Write(writer, value);
            }
            else
            {
                writer.WriteString("error", Error);
            }

            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}

/// <summary>Runs cases of expressions, one JSON object per line: id, expr, types, bindings, disable_check, expect.</summary>
internal static class ExprCases
{
    private static readonly JsonLimits Limits = new() { MaxDepth = 500, AllowNul = true };

    /// <summary>Runs the case of one line. Whatever is wrong with the line is its outcome.</summary>
    internal static ExprOutcome Run(ReadOnlySpan<byte> line, int number)
    {
        string id = $"line {number}";
        try
        {
            if (JsonText.Parse(line, Limits).MapOrNull() is not { } test)
            {
                throw new FormatException("a case is an object");
            }

            id = test["id"] is { IsNull: false } given ? given.StringOrNull() ?? JsonText.ToText(given) : id;
            string text = test["expr"].StringOrNull() ?? throw new FormatException("the member 'expr' must be a string");
            Value value = Evaluate(test, text, out string? error);
            return new ExprOutcome(id, error is null ? value : null, error, IsExpected(test, value, error));
        }
        catch (ReeveException fault)
        {
            return new ExprOutcome(id, null, fault.Error.ToString(), Passed: false);
        }
        catch (Exception fault) when (fault is FormatException or OverflowException)
        {
            return new ExprOutcome(id, null, new ReeveError(ErrorCatalogue.Expressions.BadCase, fault.Message).ToString(), Passed: false);
        }
    }

    private static Value Evaluate(MapValue test, string text, out string? error)
    {
        Declarations declarations = new();
        bool isUnchecked = test["disable_check"] == Value.True;
        MapActivation activation = new(ReadBindings(test["bindings"].MapOrNull() ?? ObjectMap.Empty));
        Expression expression;
        try
        {
            Declare(declarations, test["types"].MapOrNull() ?? ObjectMap.Empty, test["bindings"].MapOrNull() ?? ObjectMap.Empty);
            expression = isUnchecked
                ? Expression.CompileUnchecked(text)
                : Expression.CompileChecked(text, ExpressionMode.Strict, declarations);
        }
        catch (ReeveException fault)
        {
            error = fault.Error.ToString();
            return default;
        }

        Value value = expression.Evaluate(activation);
        error = value.Kind == ValueKind.Error ? ExprCommand.Describe(expression, value.AsError()) : null;
        return value;
    }

    // What is bound but not declared may be anything.
    private static void Declare(Declarations declarations, MapValue types, MapValue bindings)
    {
        for (int i = 0; i < types.Count; i++)
        {
            string type = types.ValueAt(i).StringOrNull() ?? throw new FormatException("a type is a string");
            declarations.Declare(types.KeyAt(i).AsString(), type);
        }

        for (int i = 0; i < bindings.Count; i++)
        {
            declarations.DeclareUnknown(bindings.KeyAt(i).AsString());
        }
    }

    private static ObjectMap ReadBindings(MapValue bindings)
    {
        string[] names = new string[bindings.Count];
        Value[] values = new Value[bindings.Count];
        for (int i = 0; i < names.Length; i++)
        {
            names[i] = bindings.KeyAt(i).AsString();
            values[i] = TypedValueJson.Read(bindings.ValueAt(i));
        }

        return new ObjectMap(names, values);
    }

    private static bool? IsExpected(MapValue test, in Value value, string? error)
    {
        if (test["expect"].MapOrNull() is not { } expect)
        {
            return null;
        }

        return expect.TryGet("value", out Value expected)
            ? error is null && TypedValueJson.Matches(TypedValueJson.Read(expected), value)
            : error is not null;
    }
}
