using Reeve.Core.Redaction;
using Reeve.Core.Values;

namespace Reeve.Engine.Tools.Kinds;

/// <summary>Takes the secrets of a call out of its answer: a tool that echoes what it got would have them recorded. One call's; not thread-safe.</summary>
internal sealed class SecretScrub
{
    // Shorter ones would be found where they are none.
    private const int ShortestSecret = 6;

    private readonly List<string> secrets = [];

    internal void Add(string secret)
    {
        if (secret.Length >= ShortestSecret)
        {
            secrets.Add(secret);
        }
    }

    internal string Clean(string text)
    {
        foreach (string secret in secrets)
        {
            text = text.Replace(secret, Redactor.Mark, StringComparison.Ordinal);
        }

        return text;
    }

    internal Value Clean(in Value value)
    {
        if (secrets.Count == 0)
        {
            return value;
        }

        switch (value.Kind)
        {
            case ValueKind.String: return Value.Of(Clean(value.AsString()));
            case ValueKind.List:
                Value[] items = [.. value.AsList().Items];
                for (int i = 0; i < items.Length; i++)
                {
                    items[i] = Clean(items[i]);
                }

                return Value.Of(new ListValue(items));
            case ValueKind.Map:
                return Value.Of(Clean(value.AsMap()));
            default: return value;
        }
    }

    // A secret that is the name of a member would be shown as well; two such names would collide, and the later one goes.
    private ObjectMap Clean(MapValue map)
    {
        ObjectMap cleaned = ObjectMap.Empty;
        string[] keys = new string[map.Count];
        Value[] values = new Value[map.Count];
        bool isSame = true;
        for (int i = 0; i < map.Count; i++)
        {
            string key = PlainJson.KeyAt(map, i);
            keys[i] = Clean(key);
            values[i] = Clean(map.ValueAt(i));
            isSame &= keys[i] == key;
        }

        if (isSame)
        {
            return new ObjectMap(keys, values);
        }

        for (int i = 0; i < keys.Length; i++)
        {
            cleaned = cleaned.With(keys[i], values[i]);
        }

        return cleaned;
    }
}
