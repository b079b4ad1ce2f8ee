using System.Text;
using Reeve.Core.Values;
using Reeve.Core.Wording;

namespace Reeve.Engine.Tools.Kinds;

/// <summary>
/// A text of a tool's definition with places for arguments: <c>{args.order}</c>, <c>{args.lines.0.id}</c>. Read once; what is filled in is never read again, so an argument that looks like a
/// place stays text. Other braces are text. Immutable.
/// </summary>
internal sealed class ArgumentTemplate
{
    private const string Root = "args";

    // What a playbook may write and a definition may not: a definition knows its arguments alone, so that what an approval shows is all there is.
    private static readonly string[] OtherRoots = ["exception", "domain_pack", "policy_pack", "steps"];

    private readonly List<(string Literal, string[]? Path)> parts = [];
    private readonly List<string> mistaken = [];

    private ArgumentTemplate()
    {
    }

    /// <summary>Whether anything is to be filled in.</summary>
    internal bool HasPlaces => parts.Exists(part => part.Path is not null);

    /// <summary>Whether it is one place and nothing else.</summary>
    internal bool IsPlace => parts is [(_, not null)];

    /// <summary>The arguments it asks for, by their names at the top.</summary>
    internal IEnumerable<string> Names => parts.Where(part => part.Path is not null).Select(part => part.Path![0]); // not null: asked before

    /// <summary>The arguments that it takes whole, by their names.</summary>
    internal IEnumerable<string> Whole => parts.Where(part => part.Path is [_]).Select(part => part.Path![0]); // not null: it has one segment

    /// <summary>The text between the places.</summary>
    internal IEnumerable<string> Literals => parts.Where(part => part.Path is null).Select(part => part.Literal);

    /// <summary>What was meant as a place, as it seems, and is none.</summary>
    internal IReadOnlyList<string> Mistaken => mistaken;

    /// <summary>Reads a text.</summary>
    internal static ArgumentTemplate Read(string text)
    {
        ArgumentTemplate template = new();
        int literal = 0;
        int at = 0;
        while (at < text.Length && text.IndexOf('{', at) is >= 0 and var first && text.IndexOf('}', first) is >= 0 and var close)
        {
            // "{{args.x}": the innermost brace opens, as in playbooks.
            int open = text.LastIndexOf('{', close, close - first + 1);
            at = close + 1;
            string[] path = text[(open + 1)..close].Trim().Split('.');
            if (path.Length < 2 || Array.Exists(path, string.IsNullOrWhiteSpace))
            {
                continue;
            }

            if (path[0] == Root)
            {
                template.AddLiteral(text[literal..open]);
                template.parts.Add(("", path[1..]));
                literal = at;
            }
            else if (OtherRoots.Contains(path[0]) || DidYouMean.For(path[0], [Root]) is not null)
            {
                template.mistaken.Add(text[open..at]);
            }
        }

        template.AddLiteral(text[literal..]);
        return template;
    }

    /// <summary>The argument of a text that is one place (<see cref="IsPlace"/>); null of JSON when there is none.</summary>
    internal Value Argument(ObjectMap arguments) => Follow(arguments, parts[0].Path!); // not null: the text is one place

    /// <summary>The text filled in: strings as they are, what is not there as nothing, the rest as JSON.</summary>
    internal string Fill(ObjectMap arguments) => Fill(arguments, static (_, argument) => Text(argument));

    /// <summary>The text filled in by what <paramref name="write"/> makes of each place, given as it stands (<c>order.id</c>), and its argument; null of JSON when there is none.</summary>
    internal string Fill(ObjectMap arguments, Func<string, Value, string> write)
    {
        StringBuilder text = new();
        foreach ((string literal, string[]? path) in parts)
        {
            text.Append(path is null ? literal : write(string.Join('.', path), Follow(arguments, path)));
        }

        return text.ToString();
    }

    /// <summary>An argument inside a text.</summary>
    internal static string Text(Value argument) => argument.IsNull ? "" : argument.StringOrNull() ?? JsonText.ToText(argument);

    private static Value Follow(ObjectMap arguments, string[] path)
    {
        Value value = Value.Of(arguments);
        foreach (string segment in path)
        {
            if (value.MapOrNull() is { } map)
            {
                value = map[segment];
            }
            else if (value.ListOrNull() is { } list && int.TryParse(segment, out int index) && index >= 0 && index < list.Count)
            {
                value = list[index];
            }
            else
            {
                return Value.Null;
            }
        }

        return value;
    }

    private void AddLiteral(string text)
    {
        if (text.Length > 0)
        {
            parts.Add((text, null));
        }
    }
}
