using System.Globalization;
using System.Text;
using Reeve.Core.Values;

namespace Reeve.Fuzz;

/// <summary>What a node of a document is.</summary>
public enum TreeKind
{
    Scalar,
    List,
    Map,
}

/// <summary>
/// A document that may be spoilt: keys may repeat, and a scalar is any text whatever, so that the result need be neither
/// valid nor sensible. Not thread-safe.
/// </summary>
public sealed class Tree
{
    public TreeKind Kind { get; set; }

    /// <summary>The JSON text of a scalar.</summary>
    public string Text { get; set; } = "null";

    /// <summary>The children; of a list without keys.</summary>
    public List<(string Key, Tree Node)> Children { get; } = [];

    public static Tree Scalar(string text) => new() { Kind = TreeKind.Scalar, Text = text };

    public static Tree String(string text) => Scalar(Quote(text));

    /// <summary>The tree of a JSON text.</summary>
    public static Tree Parse(string json) => Of(JsonText.Parse(json));

    public static Tree Of(in Value value)
    {
        Tree tree = new();
        if (value.MapOrNull() is { } map)
        {
            tree.Kind = TreeKind.Map;
            for (int i = 0; i < map.Count; i++)
            {
                tree.Children.Add((map.KeyAt(i).AsString(), Of(map.ValueAt(i))));
            }
        }
        else if (value.ListOrNull() is { } list)
        {
            tree.Kind = TreeKind.List;
            for (int i = 0; i < list.Count; i++)
            {
                tree.Children.Add(("", Of(list[i])));
            }
        }
        else
        {
            tree.Text = JsonText.ToText(value);
        }

        return tree;
    }

    /// <summary>A copy that shares nothing.</summary>
    public Tree Clone()
    {
        Tree copy = new() { Kind = Kind, Text = Text };
        foreach ((string key, Tree node) in Children)
        {
            copy.Children.Add((key, node.Clone()));
        }

        return copy;
    }

    /// <summary>This node and all below it, each with its parent.</summary>
    public List<(Tree? Parent, int Index)> Places()
    {
        List<(Tree? Parent, int Index)> places = [(null, 0)];
        Collect(this, places);
        return places;
    }

    /// <summary>The JSON text.</summary>
    public string ToJson()
    {
        StringBuilder text = new();
        Write(text);
        return text.ToString();
    }

    /// <summary>A JSON string of any UTF-16 text; a lone surrogate becomes an escape, as a careless writer would write it.</summary>
    public static string Quote(string text)
    {
        StringBuilder quoted = new("\"", text.Length + 2);
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            bool paired = char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]);
            if (paired)
            {
                quoted.Append(c).Append(text[++i]);
            }
            else if (c is '"' or '\\')
            {
                quoted.Append('\\').Append(c);
            }
            else if (c < ' ' || char.IsSurrogate(c))
            {
                quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            }
            else
            {
                quoted.Append(c);
            }
        }

        return quoted.Append('"').ToString();
    }

    private static void Collect(Tree parent, List<(Tree? Parent, int Index)> places)
    {
        for (int i = 0; i < parent.Children.Count; i++)
        {
            places.Add((parent, i));
            Collect(parent.Children[i].Node, places);
        }
    }

    private void Write(StringBuilder text)
    {
        if (Kind == TreeKind.Scalar)
        {
            text.Append(Text);
            return;
        }

        text.Append(Kind == TreeKind.Map ? '{' : '[');
        for (int i = 0; i < Children.Count; i++)
        {
            text.Append(i == 0 ? "" : ", ");
            if (Kind == TreeKind.Map)
            {
                text.Append(Quote(Children[i].Key)).Append(": ");
            }

            Children[i].Node.Write(text);
        }

        text.Append(Kind == TreeKind.Map ? '}' : ']');
    }
}
