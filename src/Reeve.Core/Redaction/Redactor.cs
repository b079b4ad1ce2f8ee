using System.Runtime.CompilerServices;
using Reeve.Core.Values;

namespace Reeve.Core.Redaction;

/// <summary>
/// Takes secrets out of what is about to be logged, shown, sent to a model or recorded: everything but the stored payload.
/// What goes is replaced by <see cref="Mark"/>. Pure, thread-safe, linear in the size of its input.
/// </summary>
/// <remarks>
/// Two things give a secret away: the name it stands under (<c>password</c>, <c>api_key</c>, <c>token</c>, <c>authorization</c>, … in
/// any spelling) and its own look (bearer tokens, Reeve keys, passwords in URLs, private keys). What has neither, such as a
/// password in the middle of a sentence, is not found; so nothing else may rely on this alone.
/// </remarks>
public static class Redactor
{
    /// <summary>What stands where a secret was.</summary>
    public const string Mark = "[REDACTED]";

    /// <summary>
    /// Whether values under this name are hidden. Case, separators and word breaks do not matter: <c>X-API-KEY</c> is <c>xApiKey</c>.
    /// Words that only contain one (<c>tokenize</c>) and measures (<c>tokens_used</c>, <c>token_count</c>) are no secrets.
    /// </summary>
    public static bool IsSecretName(ReadOnlySpan<char> name) => SecretNames.Judge(name) != Secrecy.None;

    /// <summary>Hides the secrets in a text; the same string when there are none.</summary>
    public static string Redact(string text) => text.Length < 3 ? text : SecretText.Hide(SecretShapes.Hide(text));

    /// <summary>
    /// Hides the secrets in a value: everything under a secret name, and what is found in the strings. True, false and null stay,
    /// and so do numbers under a plural such as <c>max_tokens</c>. What holds no secret is returned as it is, not copied.
    /// </summary>
    public static Value Redact(in Value value)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        return value.Kind switch
        {
            ValueKind.String => RedactString(value),
            ValueKind.List => RedactList(value),
            ValueKind.Map => RedactMap(value),
            _ => value,
        };
    }

    private static Value RedactString(in Value value)
    {
        string text = value.AsString();
        string redacted = Redact(text);
        return ReferenceEquals(text, redacted) ? value : Value.Of(redacted);
    }

    private static Value RedactList(in Value value)
    {
        ListValue list = value.AsList();
        Value[]? changed = null;
        for (int i = 0; i < list.Count; i++)
        {
            Value redacted = Redact(list[i]);
            if (changed is null && !IsSame(redacted, list[i]))
            {
                changed = list.Items.ToArray();
            }

            if (changed is not null)
            {
                changed[i] = redacted;
            }
        }

        return changed is null ? value : Value.Of(new ListValue(changed));
    }

    private static Value RedactMap(in Value value)
    {
        MapValue map = value.AsMap();
        bool named = IsNamedPair(map);
        string[]? keys = null;
        Value[]? values = null;
        for (int i = 0; i < map.Count; i++)
        {
            Value oldKey = map.KeyAt(i);
            Value oldValue = map.ValueAt(i);
            string keyText = oldKey.StringOrNull() ?? JsonText.ToText(oldKey);
            string newKey = Redact(keyText);
            Value newValue = named && string.Equals(keyText, "value", StringComparison.OrdinalIgnoreCase)
                ? Hidden(oldValue, Secrecy.Always)
                : Hidden(oldValue, SecretNames.Judge(keyText));
            if (values is null && (!ReferenceEquals(keyText, newKey) || !IsSame(oldValue, newValue)))
            {
                (keys, values) = Copy(map);
            }

            if (values is not null)
            {
                keys![i] = ReferenceEquals(keyText, newKey) ? newKey : Unused(newKey, keys);
                values[i] = newValue;
            }
        }

        return values is null ? value : Value.Of(new ObjectMap(keys!, values));
    }

    private static Value Hidden(in Value value, Secrecy secrecy) => value.Kind switch
    {
        _ when secrecy == Secrecy.None => Redact(value),
        ValueKind.Null or ValueKind.Bool => value,
        ValueKind.Int or ValueKind.Uint or ValueKind.Double when secrecy == Secrecy.UnlessNumber => value,
        _ => Value.Of(Mark),
    };

    // Headers often come as { "name": "Authorization", "value": "…" }.
    private static bool IsNamedPair(MapValue map)
    {
        bool hasValue = false;
        bool isSecret = false;
        for (int i = 0; i < map.Count; i++)
        {
            string? key = map.KeyAt(i).StringOrNull();
            hasValue |= string.Equals(key, "value", StringComparison.OrdinalIgnoreCase);
            isSecret |= key is not null && IsNamingKey(key) && map.ValueAt(i).StringOrNull() is { } name && IsSecretName(name);
        }

        return hasValue && isSecret;
    }

    /// <summary>Whether a member of this name may hold the name of the one called <c>value</c>.</summary>
    internal static bool IsNamingKey(ReadOnlySpan<char> key) =>
        key.Equals("name", StringComparison.OrdinalIgnoreCase) || key.Equals("key", StringComparison.OrdinalIgnoreCase)
        || key.Equals("header", StringComparison.OrdinalIgnoreCase) || key.Equals("field", StringComparison.OrdinalIgnoreCase);

    private static (string[] Keys, Value[] Values) Copy(MapValue map)
    {
        string[] keys = new string[map.Count];
        Value[] values = new Value[map.Count];
        for (int i = 0; i < map.Count; i++)
        {
            keys[i] = map.KeyAt(i).StringOrNull() ?? JsonText.ToText(map.KeyAt(i));
            values[i] = map.ValueAt(i);
        }

        return (keys, values);
    }

    // Two keys may become one when their secrets go; an object holds no key twice.
    private static string Unused(string key, string[] keys)
    {
        string candidate = key;
        for (int n = 2; Array.IndexOf(keys, candidate) >= 0; n++)
        {
            candidate = $"{key} ({n})";
        }

        return candidate;
    }

    // Whether redaction gave back what it was given: scalars but strings never change, the rest is the same object.
    private static bool IsSame(in Value left, in Value right) => left.Kind == right.Kind && left.Kind switch
    {
        ValueKind.String => ReferenceEquals(left.AsString(), right.AsString()),
        ValueKind.List => ReferenceEquals(left.AsList(), right.AsList()),
        ValueKind.Map => ReferenceEquals(left.AsMap(), right.AsMap()),
        _ => true,
    };
}
