using System.Globalization;
using Reeve.Core.Errors;
using Reeve.Core.Expressions;
using Reeve.Core.Packs;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Core.Wording;

namespace Reeve.Core.PackDocuments.Fields;

/// <summary>
/// A value of a document and where it stands. Each reader returns what it read, or notes an error and returns null (lists:
/// what could be read), so that reading goes on and all errors come out together.
/// </summary>
internal readonly struct Field(Value value, string pointer, Notes notes)
{
    // More than any pack needs, and few enough that what compares items with items stays quick.
    internal const int MaxItems = 10_000;

    // Every pointer below a name holds it, so a long one would cost its length many times over.
    private const int MaxName = 256;

    internal Value Value { get; } = value;

    internal string Pointer { get; } = pointer;

    internal Notes Notes { get; } = notes;

    internal bool IsText => Value.Kind == ValueKind.String;

    internal bool IsObject => Value.Kind == ValueKind.Map;

    internal bool IsList => Value.Kind == ValueKind.List;

    internal void Error(ErrorCode code, string message, string? nextStep = null) => Notes.Error(code, Pointer, message, nextStep);

    internal void Warn(ErrorCode code, string message) => Notes.Warn(code, Pointer, message);

    /// <summary>A text that says something.</summary>
    internal string? Text()
    {
        string? text = Value.StringOrNull();
        if (text is null)
        {
            WrongType("a string");
        }
        else if (string.IsNullOrWhiteSpace(text))
        {
            Error(ErrorCatalogue.Packs.EmptyText, "The text is empty.");
            return null;
        }

        return text;
    }

    /// <summary>A text for people, which may be empty.</summary>
    internal string? Prose()
    {
        string? text = Value.StringOrNull();
        if (text is null)
        {
            WrongType("a string");
        }

        return text;
    }

    /// <summary>A text, or a number as it is written (versions and ids).</summary>
    internal string? TextOrNumber() =>
        Value.IsNumber ? Value.SourceText ?? JsonText.ToText(Value) : Text();

    /// <summary>A text that names something, which something else declares.</summary>
    internal string? Reference(ReferenceKind kind)
    {
        string? name = Text();
        if (name is not null)
        {
            Notes.Refer(kind, name, Pointer);
        }

        return name;
    }

    internal bool? Bool()
    {
        if (Value.Kind == ValueKind.Bool)
        {
            return Value.AsBool();
        }

        WrongType("true or false");
        return null;
    }

    internal int? Whole(int least, int most = int.MaxValue)
    {
        if (Number(least, most) is not { } number)
        {
            return null;
        }

        if (number != Math.Truncate(number))
        {
            WrongType("a whole number");
            return null;
        }

        return (int)number;
    }

    /// <summary>A number within bounds, both included.</summary>
    internal double? Number(double least, double most)
    {
        if (Value.Kind is not (ValueKind.Int or ValueKind.Double))
        {
            WrongType("a number");
            return null;
        }

        double number = Value.Kind == ValueKind.Int ? Value.AsInt() : Value.AsDouble();
        if (number >= least && number <= most)
        {
            return number;
        }

        string range = most >= int.MaxValue ? $"at least {Plain(least)}" : $"between {Plain(least)} and {Plain(most)}";
        Error(ErrorCatalogue.Packs.OutOfRange, $"The number must be {range}.");
        return null;
    }

    internal T? Word<T>()
        where T : struct, Enum
    {
        if (Text() is not { } text)
        {
            return null;
        }

        if (Wire.TryParse(text, out T word))
        {
            return word;
        }

        NotAllowed(text, Wire.All<T>());
        return null;
    }

    /// <summary>One of some words, in either spelling; returned as it is listed.</summary>
    internal string? OneOf(params ReadOnlySpan<string> words)
    {
        if (Text() is not { } text)
        {
            return null;
        }

        foreach (string word in words)
        {
            if (Spelling.Same(text, word) || string.Equals(text, word, StringComparison.OrdinalIgnoreCase))
            {
                return word;
            }
        }

        NotAllowed(text, words.ToArray());
        return null;
    }

    internal void NotAllowed(string text, IReadOnlyList<string> allowed) => Error(
        ErrorCatalogue.Packs.NotAllowed, $"{Shown.Name(text)} is not allowed here: use {string.Join(", ", allowed)}.{DidYouMean.Sentence(text, allowed)}");

    /// <summary>The fields of an object.</summary>
    internal ObjectFields? Object()
    {
        if (Value.MapOrNull() is ObjectMap map)
        {
            return new ObjectFields(map, Pointer, Notes);
        }

        WrongType("an object");
        return null;
    }

    /// <summary>An object kept as it is written.</summary>
    internal ObjectMap? Map()
    {
        if (Value.MapOrNull() is ObjectMap map)
        {
            return map;
        }

        WrongType("an object");
        return null;
    }

    /// <summary>The items of a list.</summary>
    internal IReadOnlyList<Field> Items()
    {
        if (Value.ListOrNull() is not { } list)
        {
            WrongType("a list");
            return [];
        }

        if (!Counts(list.Count))
        {
            return [];
        }

        Field[] items = new Field[list.Count];
        for (int i = 0; i < items.Length; i++)
        {
            items[i] = new Field(list[i], JsonPointer.Child(Pointer, i), Notes);
        }

        return items;
    }

    /// <summary>The entries of an object whose keys are names that the pack chooses.</summary>
    internal IReadOnlyList<(string Name, Field Field)> Entries()
    {
        if (Value.MapOrNull() is not ObjectMap map)
        {
            WrongType("an object");
            return [];
        }

        if (!Counts(map.Count))
        {
            return [];
        }

        List<(string, Field)> entries = new(map.Count);
        for (int i = 0; i < map.Count; i++)
        {
            Field entry = new(map.Values[i], JsonPointer.Child(Pointer, map.Keys[i]), Notes);
            if (string.IsNullOrWhiteSpace(map.Keys[i]))
            {
                entry.Error(ErrorCatalogue.Packs.EmptyText, "The name is empty.");
            }
            else if (map.Keys[i].Length > MaxName)
            {
                entry.Error(ErrorCatalogue.Packs.BadFormat, $"The name has {map.Keys[i].Length} characters; at most {MaxName} are accepted.");
            }
            else
            {
                entries.Add((map.Keys[i], entry));
            }
        }

        return entries;
    }

    /// <summary>A list of texts that say something.</summary>
    internal IReadOnlyList<string> Texts()
    {
        List<string> texts = [];
        foreach (Field item in Items())
        {
            if (item.Text() is { } text)
            {
                texts.Add(text);
            }
        }

        return texts;
    }

    /// <summary>An expression; its error says where in the expression, and stands where the expression does.</summary>
    internal Expression? Expression(ExpressionMode mode)
    {
        string? text = Value.Kind == ValueKind.Bool ? (Value.AsBool() ? "true" : "false") : Text();
        return text is null ? null : Compile(text, mode);
    }

    /// <summary>An expression whose text is not the field's own; errors stand at the field.</summary>
    internal Expression? Compile(string text, ExpressionMode mode)
    {
        if (Expressions.Expression.TryCompile(text, mode, out Expression? expression, out ReeveError? error))
        {
            return expression;
        }

        string place = error.Position is { } at ? $" (line {at.Line}, column {at.Column} of the expression)" : "";
        Error(ErrorCatalogue.Packs.BadExpression, $"{error.Message}{place}");
        return null;
    }

    internal void WrongType(string expected) =>
        Error(ErrorCatalogue.Packs.WrongType, $"Expected {expected}, found {Kind(Value)}.");

    private bool Counts(int count)
    {
        if (count <= MaxItems)
        {
            return true;
        }

        Error(ErrorCatalogue.Packs.TooMany, $"{count} items; at most {MaxItems} are accepted.");
        return false;
    }

    private static string Kind(Value value) => value.Kind switch
    {
        ValueKind.Null => "null",
        ValueKind.Bool => "true or false",
        ValueKind.Int or ValueKind.Double => "a number",
        ValueKind.String => "a string",
        ValueKind.List => "a list",
        _ => "an object",
    };

    private static string Plain(double number) => number.ToString("0.######", CultureInfo.InvariantCulture);
}
