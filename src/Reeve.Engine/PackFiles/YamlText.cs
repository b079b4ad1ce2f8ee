using System.Buffers;
using System.Text;
using System.Text.Unicode;
using Reeve.Core.Errors;
using Reeve.Core.Values;
using Reeve.Core.Wording;
using YamlDotNet.Core.Events;
using YamlDotNet.Core;

namespace Reeve.Engine.PackFiles;

/// <summary>A YAML text after the checks that come before its grammar, and the events it consists of.</summary>
internal readonly struct YamlText
{
    // The library takes U+0000 for the end of the text, and what else it does with control characters is its own affair.
    private static readonly SearchValues<byte> Forbidden =
        SearchValues.Create([.. Enumerable.Range(0, 32).Where(c => c is not ('\t' or '\n' or '\r')).Select(c => (byte)c)]);

    private readonly string text;

    private YamlText(string text) => this.text = text;

    /// <summary>Decodes a text; a byte order mark is skipped.</summary>
    /// <exception cref="ReeveException">INPUT-005, INPUT-008 or INPUT-009.</exception>
    internal static YamlText Decode(ReadOnlySpan<byte> utf8, JsonLimits limits)
    {
        if (utf8.Length > limits.MaxBytes)
        {
            throw new ReeveException(new ReeveError(ErrorCatalogue.Input.TooLarge, $"{utf8.Length:N0} bytes; at most {limits.MaxBytes:N0} are accepted.", ""));
        }

        ReadOnlySpan<byte> content = utf8.StartsWith("\uFEFF"u8) ? utf8[3..] : utf8;
        int forbidden = content.IndexOfAny(Forbidden);
        if (forbidden >= 0)
        {
            throw Fault(ErrorCatalogue.Input.ForbiddenCharacter, $"The text holds the control character U+{(int)content[forbidden]:X4}.", content[..forbidden]);
        }

        if (!Utf8.IsValid(content))
        {
            throw Fault(ErrorCatalogue.Input.InvalidUtf8, "A byte sequence is not UTF-8.", content[..ValidLength(content)]);
        }

        return new YamlText(Encoding.UTF8.GetString(content));
    }

    /// <summary>The events of the text. Whatever the library throws comes out as INPUT-004 with its place.</summary>
    internal IEnumerable<ParsingEvent> Events()
    {
        Parser parser = new(new Scanner(new StringReader(text), skipComments: true));
        while (Next(parser))
        {
            yield return parser.Current!; // not null: there was a next
        }
    }

    internal static SourcePosition PositionOf(Mark mark) => new((int)mark.Line, (int)mark.Column);

    private bool Next(Parser parser)
    {
        try
        {
            return parser.MoveNext();
        }
        catch (YamlException fault)
        {
            string reason = Reason(fault);
            throw reason.Contains("tab as indentation", StringComparison.Ordinal) && FirstTab(parser.Current?.End ?? Mark.Empty) is { } tab
                ? new ReeveException(new ReeveError(ErrorCatalogue.Input.MalformedYaml, reason, "", tab, "Indent with spaces."), fault)
                : new ReeveException(new ReeveError(ErrorCatalogue.Input.MalformedYaml, reason, "", PositionOf(fault.Start)), fault);
        }
        catch (Exception fault) when (fault is ArgumentException or InvalidOperationException or FormatException or OverflowException or IndexOutOfRangeException)
        {
            // Some escapes and directives end in these instead of the library's own exception.
            throw new ReeveException(new ReeveError(ErrorCatalogue.Input.MalformedYaml, "The text cannot be read here.", "", PositionOf(parser.Current?.End ?? Mark.Empty)), fault);
        }
    }

    // The library blames where the mapping begins, not the tab, which may stand a hundred lines further down.
    private SourcePosition? FirstTab(Mark from)
    {
        string[] lines = text.Split('\n');
        for (int i = Math.Max(0, (int)from.Line - 1); i < lines.Length; i++)
        {
            int indent = lines[i].AsSpan().IndexOfAnyExcept(' ');
            if (indent >= 0 && lines[i][indent] == '\t' && !string.IsNullOrWhiteSpace(lines[i]))
            {
                return new SourcePosition(i + 1, indent + 1);
            }
        }

        return null;
    }

    // The library repeats the place in its own words; ours is in the error.
    private static string Reason(YamlException fault)
    {
        string message = fault.Message;
        int place = message.IndexOf("): ", StringComparison.Ordinal);
        string reason = message.StartsWith('(') && place > 0 ? message[(place + 3)..] : message;
        return Shown.Short(reason, 200);
    }

    private static int ValidLength(ReadOnlySpan<byte> content)
    {
        int length = 0;
        while (Rune.DecodeFromUtf8(content[length..], out _, out int used) == OperationStatus.Done)
        {
            length += used;
        }

        return length;
    }

    private static ReeveException Fault(ErrorCode code, string message, ReadOnlySpan<byte> before)
    {
        ReadOnlySpan<byte> line = before[(before.LastIndexOf((byte)'\n') + 1)..];
        SourcePosition at = new(1 + before.Count((byte)'\n'), 1 + Encoding.UTF8.GetCharCount(line));
        return new ReeveException(new ReeveError(code, message, "", at));
    }
}
