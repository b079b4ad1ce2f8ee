using Reeve.Core.Documents;
using Reeve.Core.Errors;
using Reeve.Core.Values;
using Reeve.Core.Wording;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Reeve.Engine.PackFiles;

/// <summary>
/// Makes a value of a YAML text: one document of the 1.2 core schema, without tags and merge keys. Aliases share the value
/// they stand for; how often, and how much text they stand for altogether, is bounded, because whoever walks the value
/// meets each copy.
/// </summary>
internal sealed class YamlReader
{
    private const int MaxAliases = 1_000;

    // Characters and nodes that all aliases together may stand for.
    private const long MaxExpansion = 4 * 1024 * 1024;

    private readonly JsonLimits limits;
    private readonly IEnumerator<ParsingEvent> events;
    private readonly Dictionary<string, Anchored> anchors = new(StringComparer.Ordinal);
    // Keys and indices of the place being read; a pointer is only made of them for an error.
    private readonly Stack<object> path = new();
    private int aliases;
    private long expansion;

    private YamlReader(YamlText text, JsonLimits limits)
    {
        this.limits = limits;
        events = text.Events().GetEnumerator();
    }

    /// <summary>Reads the one document of a text.</summary>
    /// <exception cref="ReeveException">INPUT-002, INPUT-004, INPUT-006, INPUT-007 or INPUT-009, with line and column.</exception>
    internal static Value Read(YamlText text, JsonLimits limits)
    {
        YamlReader reader = new(text, limits);
        using (reader.events)
        {
            return reader.ReadStream();
        }
    }

    private Value ReadStream()
    {
        Next<StreamStart>();
        if (Next() is not DocumentStart)
        {
            throw new ReeveException(new ReeveError(ErrorCatalogue.Input.Empty, "There is no YAML value.", ""));
        }

        Node root = ReadNode(Next(), 0);
        Next<DocumentEnd>();
        return Next() is StreamEnd ? root.Value : throw Fault(ErrorCatalogue.Input.MalformedYaml, "A second document begins.", "Keep one document in a file.");
    }

    private Node ReadNode(ParsingEvent at, int depth)
    {
        if (at is AnchorAlias alias)
        {
            return Resolve(alias, depth);
        }

        NodeEvent node = (NodeEvent)at; // the grammar puts nothing else here
        if (!node.Tag.IsEmpty)
        {
            throw Fault(ErrorCatalogue.Input.MalformedYaml, "Tags are not allowed.", "Remove the tag; write quotes around what must be a string.");
        }

        Node read = node switch
        {
            Scalar scalar => ReadScalar(scalar),
            SequenceStart => ReadSequence(depth),
            _ => ReadMapping(depth),
        };
        if (!node.Anchor.IsEmpty)
        {
            anchors[node.Anchor.Value] = new Anchored(read);
        }

        return read;
    }

    // An anchor is known once its node is complete, so a node cannot hold itself.
    private Node Resolve(AnchorAlias alias, int depth)
    {
        string name = alias.Value.Value;
        if (!anchors.TryGetValue(name, out Anchored? anchored))
        {
            throw Fault(ErrorCatalogue.Input.MalformedYaml, $"The alias {Shown.Name(name)} has no anchor before it, or stands inside it.");
        }

        expansion += anchored.Node.Weight;
        if (++aliases > MaxAliases || expansion > MaxExpansion)
        {
            throw Fault(
                ErrorCatalogue.Input.TooLarge,
                aliases > MaxAliases ? $"There are more than {MaxAliases:N0} aliases." : "The aliases stand for too much text.",
                "Write out what is repeated, or repeat less.");
        }

        if (depth + anchored.Node.Height > limits.MaxDepth)
        {
            throw Fault(ErrorCatalogue.Input.TooDeep, $"More than {limits.MaxDepth} levels.");
        }

        return anchored.Node;
    }

    private Node ReadScalar(Scalar scalar)
    {
        CheckText(scalar.Value);
        Value value = scalar.Style == ScalarStyle.Plain ? YamlScalars.Resolve(scalar.Value) : Value.Of(scalar.Value);
        return new Node(value, 1 + scalar.Value.Length, 0);
    }

    private Node ReadSequence(int depth)
    {
        CheckDepth(depth);
        List<Value> items = [];
        long weight = 1;
        int height = 0;
        for (ParsingEvent at = Next(); at is not SequenceEnd; at = Next())
        {
            path.Push(items.Count);
            Node item = ReadNode(at, depth + 1);
            path.Pop();
            items.Add(item.Value);
            weight += item.Weight;
            height = Math.Max(height, item.Height);
        }

        return new Node(Value.Of(items.Count == 0 ? ListValue.Empty : new ListValue([.. items])), weight, height + 1);
    }

    private Node ReadMapping(int depth)
    {
        CheckDepth(depth);
        List<string> keys = [];
        HashSet<string> seen = new(StringComparer.Ordinal);
        List<Value> values = [];
        long weight = 1;
        int height = 0;
        for (ParsingEvent at = Next(); at is not MappingEnd; at = Next())
        {
            string key = ReadKey(at);
            path.Push(key);
            if (!seen.Add(key))
            {
                throw Fault(ErrorCatalogue.Input.DuplicateKey, $"The key {Shown.Name(key)} occurs twice in one mapping.");
            }

            Node value = ReadNode(Next(), depth + 1);
            path.Pop();
            keys.Add(key);
            values.Add(value.Value);
            weight += 1 + key.Length + value.Weight;
            height = Math.Max(height, value.Height);
        }

        return new Node(Value.Of(new ObjectMap([.. keys], [.. values])), weight, height + 1);
    }

    // Keys are strings, as in JSON: a plain 404 or true is the key "404" or "true".
    private string ReadKey(ParsingEvent at)
    {
        if (at is not Scalar scalar || (scalar.Style == ScalarStyle.Plain && scalar.Value.Length == 0))
        {
            throw Fault(ErrorCatalogue.Input.MalformedYaml, "A key must be a text.");
        }

        if (!scalar.Tag.IsEmpty)
        {
            throw Fault(ErrorCatalogue.Input.MalformedYaml, "Tags are not allowed.");
        }

        if (scalar is { Style: ScalarStyle.Plain, Value: "<<" })
        {
            throw Fault(ErrorCatalogue.Input.MalformedYaml, "Merge keys are not part of YAML 1.2.", "Write out what is merged, or use an alias as a value.");
        }

        CheckText(scalar.Value);
        if (!scalar.Anchor.IsEmpty)
        {
            anchors[scalar.Anchor.Value] = new Anchored(new Node(Value.Of(scalar.Value), 1 + scalar.Value.Length, 0));
        }

        return scalar.Value;
    }

    private void CheckDepth(int depth)
    {
        if (depth >= limits.MaxDepth)
        {
            throw Fault(ErrorCatalogue.Input.TooDeep, $"More than {limits.MaxDepth} levels.");
        }
    }

    // Only an escape can bring these.
    private void CheckText(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c == '\0')
            {
                throw Fault(ErrorCatalogue.Input.ForbiddenCharacter, "A string holds U+0000.");
            }

            if (char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                i++;
            }
            else if (char.IsSurrogate(c))
            {
                throw Fault(ErrorCatalogue.Input.ForbiddenCharacter, "A string holds a lone surrogate.");
            }
        }
    }

    private ParsingEvent Next() => events.MoveNext()
        ? events.Current
        : throw new ReeveException(new ReeveError(ErrorCatalogue.Input.MalformedYaml, "The text ends too early.", ""));

    private void Next<T>()
        where T : ParsingEvent
    {
        if (Next() is not T)
        {
            throw Fault(ErrorCatalogue.Input.MalformedYaml, "The text cannot be read here.");
        }
    }

    private ReeveException Fault(ErrorCode code, string message, string? nextStep = null)
    {
        string pointer = JsonPointer.Of("", path.Reverse());
        return new ReeveException(new ReeveError(code, message, Shown.Pointer(pointer), YamlText.PositionOf(events.Current.Start), nextStep));
    }

    // Weight counts nodes and characters; a scalar has height 0.
    private readonly record struct Node(Value Value, long Weight, int Height);

    private sealed record Anchored(Node Node);
}
