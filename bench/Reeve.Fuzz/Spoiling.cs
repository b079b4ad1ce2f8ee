using System.Text;

namespace Reeve.Fuzz;

/// <summary>Ways to spoil a text without knowing what it means.</summary>
public static class Spoiling
{
    private static readonly byte[][] Splices =
    [
        [0], [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xEF, 0xBB, 0xBF], "\""u8.ToArray(), "\\"u8.ToArray(), "{"u8.ToArray(), "}"u8.ToArray(),
        "["u8.ToArray(), "]"u8.ToArray(), ","u8.ToArray(), ":"u8.ToArray(), "\n"u8.ToArray(), "\r"u8.ToArray(), "\t"u8.ToArray(), "//x\n"u8.ToArray(), "/*"u8.ToArray(),
        "\\ud800"u8.ToArray(), "\\u0000"u8.ToArray(), "1e999"u8.ToArray(), "-"u8.ToArray(), "- "u8.ToArray(), "&a "u8.ToArray(), "*a"u8.ToArray(), "!!str "u8.ToArray(),
        "<<: "u8.ToArray(), "---\n"u8.ToArray(), "|\n"u8.ToArray(), "%YAML 1.2\n"u8.ToArray(), "'"u8.ToArray(), "("u8.ToArray(), ")"u8.ToArray(), "?"u8.ToArray(),
    ];

    /// <summary>Bytes changed in a few places.</summary>
    public static byte[] Bytes(Dice dice, byte[] text)
    {
        List<byte> bytes = [.. text];
        for (int changes = dice.Small(12); changes > 0; changes--)
        {
            int at = dice.Below(bytes.Count + 1);
            int length = Math.Min(dice.Small(200), bytes.Count - at);
            switch (dice.Below(6))
            {
                case 0: bytes.RemoveRange(at, length); break;
                case 1: bytes.InsertRange(at, bytes.GetRange(at, length)); break;
                case 2 when at < bytes.Count: bytes[at] ^= (byte)(1 << dice.Below(8)); break;
                case 3 when at < bytes.Count && dice.Percent(20): bytes.RemoveRange(at, bytes.Count - at); break;
                case 4 when at < bytes.Count: bytes[at] = (byte)dice.Below(256); break;
                default: bytes.InsertRange(at, dice.Pick(Splices)); break;
            }
        }

        return [.. bytes];
    }

    /// <summary>A document changed in a few places: nodes deleted, doubled, swapped, renamed, of another kind.</summary>
    /// <param name="dice">Chance.</param>
    /// <param name="root">The document; it is changed.</param>
    /// <param name="names">Keys that mean something to the reader.</param>
    /// <param name="value">What takes a node's place.</param>
    /// <param name="changes">How many places.</param>
    public static void Nodes(Dice dice, Tree root, IReadOnlyList<string> names, Func<Dice, string, Tree> value, int changes)
    {
        for (; changes > 0; changes--)
        {
            List<(Tree? Parent, int Index)> places = root.Places();
            (Tree? parent, int index) = dice.Pick(places);
            if (parent is null)
            {
                continue;
            }

            (string key, Tree node) = parent.Children[index];
            switch (dice.Below(8))
            {
                case 0: parent.Children.RemoveAt(index); break;
                case 1: parent.Children.Insert(index, (dice.Percent(50) ? key : dice.Pick(names), node.Clone())); break;
                case 2: parent.Children[index] = (dice.Percent(70) ? dice.Pick(names) : Misspelt(dice, key), node); break;
                case 3: parent.Children.Insert(index, (dice.Pick(names), value(dice, key))); break;
                case 4 when Other(dice, places) is { } other: parent.Children[index] = (key, other.Clone()); break;
                case 5 when node.Kind != TreeKind.Scalar: node.Kind = node.Kind == TreeKind.List ? TreeKind.Map : TreeKind.List; break;
                case 6: parent.Children[index] = (key, Wrapped(node, dice)); break;
                default: parent.Children[index] = (key, value(dice, key)); break;
            }
        }
    }

    /// <summary>A document's text with a byte order mark, CRLF line ends or stray space, as some writers give it.</summary>
    public static byte[] Dressed(Dice dice, string text)
    {
        string dressed = dice.Below(12) switch
        {
            0 => "\uFEFF" + text,
            1 => text.ReplaceLineEndings("\r\n"),
            2 => text + "\n\n  ",
            3 => "\n\t " + text,
            _ => text,
        };
        return Encoding.UTF8.GetBytes(dressed);
    }

    private static Tree? Other(Dice dice, List<(Tree? Parent, int Index)> places) => dice.Pick(places) is ({ } parent, var index) ? parent.Children[index].Node : null;

    private static Tree Wrapped(Tree node, Dice dice)
    {
        Tree wrapped = new() { Kind = dice.Percent(50) ? TreeKind.List : TreeKind.Map };
        wrapped.Children.Add(("value", node));
        return wrapped;
    }

    private static string Misspelt(Dice dice, string key) => dice.Below(4) switch
    {
        0 => key.ToUpperInvariant(),
        1 => key.Length > 1 ? key[1..] : key,
        2 => key + "s",
        _ => dice.Pick(Hostile.Texts),
    };
}
