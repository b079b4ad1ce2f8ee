using System.Buffers;
using System.Buffers.Text;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Reeve.Core.Errors;
using Reeve.Core.Wording;

namespace Reeve.Core.Values;

/// <summary>
/// One pass over a JSON text. The framework's tokenizer holds the grammar; what it lets pass (duplicate keys, lone
/// surrogates, U+0000) is refused here, each with its place.
/// </summary>
internal ref struct JsonValueReader
{
    private static readonly SearchValues<char> Surrogates = SearchValues.Create(SurrogateChars());

    private readonly ReadOnlySpan<byte> text;
    private readonly JsonLimits limits;
    private readonly string root;
    private readonly int skipped;
    private Utf8JsonReader reader;
    private List<object>? path;

    private JsonValueReader(ReadOnlySpan<byte> text, JsonLimits limits, string root, int skipped)
    {
        this.text = text;
        this.limits = limits;
        this.root = root;
        this.skipped = skipped;
        reader = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = limits.MaxDepth + 1, CommentHandling = JsonCommentHandling.Disallow });
    }

    internal static Value Read(ReadOnlySpan<byte> utf8, JsonLimits limits, string path)
    {
        if (utf8.Length > limits.MaxBytes)
        {
            throw new ReeveException(new ReeveError(
                ErrorCatalogue.Input.TooLarge, $"{utf8.Length:N0} bytes; at most {limits.MaxBytes:N0} are accepted.", path));
        }

        int skipped = utf8.StartsWith("\uFEFF"u8) ? 3 : 0;
        JsonValueReader reader = new(utf8[skipped..], limits, path, skipped);
        return reader.ReadDocument();
    }

    private Value ReadDocument()
    {
        if (text.IndexOfAnyExcept(" \t\r\n"u8) < 0)
        {
            throw new ReeveException(new ReeveError(ErrorCatalogue.Input.Empty, "There is no JSON value.", root));
        }

        try
        {
            reader.Read();
            Value value = ReadValue(0);
            reader.Read();
            return value;
        }
        catch (JsonException error)
        {
            throw Malformed(error);
        }
    }

    private ReeveException Malformed(JsonException error)
    {
        if (!System.Text.Unicode.Utf8.IsValid(text))
        {
            return Fault(ErrorCatalogue.Input.InvalidUtf8, "A byte sequence is not UTF-8.", FirstInvalidByte());
        }

        int at = OffsetOf(error);
        return reader.CurrentDepth > limits.MaxDepth
            ? Fault(ErrorCatalogue.Input.TooDeep, $"More than {limits.MaxDepth} levels.", at)
            : Fault(ErrorCatalogue.Input.MalformedJson, Reason(error), at);
    }

    private Value ReadValue(int depth)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject: return ReadObject(depth);
            case JsonTokenType.StartArray: return ReadArray(depth);
            case JsonTokenType.String: return Value.Of(ReadString());
            case JsonTokenType.Number: return ReadNumber();
            case JsonTokenType.True: return Value.True;
            case JsonTokenType.False: return Value.False;
            default: return Value.Null;
        }
    }

    private Value ReadObject(int depth)
    {
        CheckDepth(depth);
        int start = (int)reader.TokenStartIndex;
        string[] keys = ArrayPool<string>.Shared.Rent(16);
        Value[] values = ArrayPool<Value>.Shared.Rent(16);
        HashSet<string>? seen = null;
        int count = 0;
        try
        {
            while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
            {
                string key = ReadString();
                bool repeated = count < 16
                    ? keys.AsSpan(0, count).Contains(key)
                    : !(seen ??= [.. keys.AsSpan(0, count)]).Add(key);
                (path ??= []).Add(key);
                if (repeated)
                {
                    throw Fault(ErrorCatalogue.Input.DuplicateKey, $"The key {Shown.Name(key)} occurs twice in one object.", (int)reader.TokenStartIndex);
                }

                if (count == keys.Length || count == values.Length)
                {
                    Grow(ref keys, count);
                    Grow(ref values, count);
                }

                reader.Read();
                keys[count] = key;
                values[count] = ReadValue(depth + 1);
                count++;
                path.RemoveAt(path.Count - 1);
            }

            int length = (int)reader.BytesConsumed - start;
            return count == 0 && start == 0 && length == 0
                ? Value.Of(ObjectMap.Empty)
                : Value.Of(new ObjectMap(keys[..count], values[..count], start + skipped, length));
        }
        finally
        {
            ArrayPool<string>.Shared.Return(keys, clearArray: true);
            ArrayPool<Value>.Shared.Return(values, clearArray: true);
        }
    }

    private Value ReadArray(int depth)
    {
        CheckDepth(depth);
        Value[] items = ArrayPool<Value>.Shared.Rent(16);
        int count = 0;
        try
        {
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                if (count == items.Length)
                {
                    Grow(ref items, count);
                }

                (path ??= []).Add(count);
                items[count] = ReadValue(depth + 1);
                count++;
                path.RemoveAt(path.Count - 1);
            }

            return Value.Of(count == 0 ? ListValue.Empty : new ListValue(items[..count]));
        }
        finally
        {
            ArrayPool<Value>.Shared.Return(items, clearArray: true);
        }
    }

    private static void Grow<T>(ref T[] array, int count)
    {
        T[] larger = ArrayPool<T>.Shared.Rent(count * 2);
        Array.Copy(array, larger, count);
        ArrayPool<T>.Shared.Return(array, clearArray: true);
        array = larger;
    }

    private readonly void CheckDepth(int depth)
    {
        if (depth >= limits.MaxDepth)
        {
            throw Fault(ErrorCatalogue.Input.TooDeep, $"More than {limits.MaxDepth} levels.", (int)reader.TokenStartIndex);
        }
    }

    private readonly string ReadString()
    {
        string value;
        try
        {
            value = reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // The tokenizer transcodes here: bytes that are not UTF-8, or an escaped lone surrogate.
            bool utf8 = System.Text.Unicode.Utf8.IsValid(reader.ValueSpan);
            throw utf8
                ? Fault(ErrorCatalogue.Input.ForbiddenCharacter, "A string holds a lone surrogate.", (int)reader.TokenStartIndex)
                : Fault(ErrorCatalogue.Input.InvalidUtf8, "A string is not UTF-8.", (int)reader.TokenStartIndex);
        }

        if (reader.ValueIsEscaped)
        {
            CheckEscaped(value);
        }

        return value;
    }

    // Only an escape can bring these: the tokenizer refuses raw control characters, and UTF-8 has no surrogates.
    private readonly void CheckEscaped(string value)
    {
        if (!limits.AllowNul && value.Contains('\0'))
        {
            throw Fault(ErrorCatalogue.Input.ForbiddenCharacter, "A string holds U+0000.", (int)reader.TokenStartIndex);
        }

        for (int i = value.AsSpan().IndexOfAny(Surrogates); i >= 0 && i < value.Length; i++)
        {
            if (char.IsHighSurrogate(value[i]) && i + 1 < value.Length && char.IsLowSurrogate(value[i + 1]))
            {
                i++;
            }
            else if (char.IsSurrogate(value[i]))
            {
                throw Fault(ErrorCatalogue.Input.ForbiddenCharacter, "A string holds a lone surrogate.", (int)reader.TokenStartIndex);
            }
        }
    }

    private readonly Value ReadNumber()
    {
        ReadOnlySpan<byte> token = reader.ValueSpan;
        if (token.IndexOfAny(".eE"u8) < 0 && Utf8Parser.TryParse(token, out long whole, out int used) && used == token.Length)
        {
            return whole == 0 && token[0] == '-' ? Value.Of(0L, "-0") : Value.Of(whole);
        }

        _ = Utf8Parser.TryParse(token, out double number, out _);
        if (limits.InfiniteIsNull && !double.IsFinite(number))
        {
            return Value.Unusable(Encoding.ASCII.GetString(token));
        }

        Span<byte> shortest = stackalloc byte[40];
        bool same = double.IsFinite(number)
            && Utf8Formatter.TryFormat(number, shortest, out int written)
            && token.SequenceEqual(shortest[..written])
            && token.IndexOfAny(".E"u8) >= 0;
        return same ? Value.Of(number) : Value.Of(number, Encoding.ASCII.GetString(token));
    }

    private readonly ReeveException Fault(ErrorCode code, string message, int offset)
    {
        (int line, int column) = Locate(offset);
        IEnumerable<object> shown = (path ?? []).Select(part => part is string key ? Shown.Short(key, 64) : part);
        return new ReeveException(new ReeveError(code, message, Shown.Pointer(JsonPointer.Of(root, shown)), new SourcePosition(line, column)));
    }

    private readonly (int Line, int Column) Locate(int offset)
    {
        ReadOnlySpan<byte> before = text[..Math.Min(offset, text.Length)];
        int line = 1 + before.Count((byte)'\n');
        ReadOnlySpan<byte> last = before[(before.LastIndexOf((byte)'\n') + 1)..];
        return (line, 1 + Encoding.UTF8.GetCharCount(last));
    }

    private readonly int FirstInvalidByte()
    {
        ReadOnlySpan<byte> rest = text;
        int offset = 0;
        while (Rune.DecodeFromUtf8(rest, out _, out int used) == OperationStatus.Done)
        {
            rest = rest[used..];
            offset += used;
        }

        return offset;
    }

    private readonly int OffsetOf(JsonException error)
    {
        int line = (int)(error.LineNumber ?? 0);
        int offset = 0;
        for (; line > 0; line--)
        {
            offset += text[offset..].IndexOf((byte)'\n') + 1;
        }

        return offset + (int)(error.BytePositionInLine ?? 0);
    }

    // The framework appends the place in its own words; ours is in the error.
    private static string Reason(JsonException error)
    {
        string message = error.Message;
        int place = message.LastIndexOf(" LineNumber:", StringComparison.Ordinal);
        message = place < 0 ? message : message[..place];

        // Advice to programmers is none to who wrote the text.
        message = message
            .Replace(" which is not supported in this mode. Change the reader options.", ".", StringComparison.Ordinal)
            .Replace("Expected depth to be zero at the end of the JSON payload. There is an open JSON object or array that should be closed.", "The text ends inside an object or list.", StringComparison.Ordinal);

        // Of a misspelt literal the tokenizer quotes everything up to the end of the text; an error holds no payload.
        int quoted = message.LastIndexOf("' is an invalid JSON literal", StringComparison.Ordinal);
        return quoted < 0 ? message : "This" + message[(quoted + 1)..];
    }

    private static string SurrogateChars() =>
        string.Create('\uDFFF' - '\uD800' + 1, 0, static (span, _) =>
        {
            for (int i = 0; i < span.Length; i++)
            {
                span[i] = (char)('\uD800' + i);
            }
        });
}
