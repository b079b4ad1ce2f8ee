using System.Text;
using Reeve.Core.Documents;
using Reeve.Core.Errors;
using Reeve.Core.Values;

namespace Reeve.Server.Api.RequestBodies;

/// <summary>
/// The members of an object and where their texts stand, found by brackets and quotes alone: what is inside a member is cut out
/// byte for byte, and one that is broken costs only itself.
/// </summary>
internal static class ObjectOutline
{
    /// <summary>The members in order; null when the text is no single object, or its outline cannot be made out.</summary>
    /// <param name="document">UTF-8, without a byte order mark.</param>
    internal static List<OutlineMember>? Read(ReadOnlyMemory<byte> document)
    {
        ReadOnlySpan<byte> text = document.Span;
        int at = SkipWhite(text, 0);
        if (at == text.Length || text[at] != (byte)'{')
        {
            return null;
        }

        List<OutlineMember> members = [];
        at = SkipWhite(text, at + 1);
        if (at < text.Length && text[at] == (byte)'}')
        {
            return SkipWhite(text, at + 1) == text.Length ? members : null;
        }

        while (ReadMember(document, ref at) is { } member)
        {
            members.Add(member);
            if (at == text.Length)
            {
                return null;
            }

            if (text[at] == (byte)'}')
            {
                return SkipWhite(text, at + 1) == text.Length ? members : null;
            }

            at = SkipWhite(text, at + 1);
        }

        return null;
    }

    /// <summary>The line and column of a place in a text.</summary>
    internal static SourcePosition PositionOf(ReadOnlySpan<byte> text, int offset)
    {
        ReadOnlySpan<byte> passed = text[..offset];
        int lastLine = passed.LastIndexOf((byte)'\n') + 1;
        return new SourcePosition(passed.Count((byte)'\n') + 1, Encoding.UTF8.GetCharCount(passed[lastLine..]) + 1);
    }

    // Leaves the place at the comma or bracket behind the member, or at the end of the text.
    private static OutlineMember? ReadMember(ReadOnlyMemory<byte> document, ref int at)
    {
        ReadOnlySpan<byte> text = document.Span;
        if (at == text.Length || text[at] != (byte)'"')
        {
            return null;
        }

        int nameEnd = JsonCuts.EndOfString(text, at + 1);
        string? name = NameOf(text[at..nameEnd]);
        int colon = SkipWhite(text, nameEnd);
        if (name is null || colon == text.Length || text[colon] != (byte)':')
        {
            return null;
        }

        int start = SkipWhite(text, colon + 1);
        at = JsonCuts.EndOfPart(text, start, (byte)'}');
        int length = text[start..at].TrimEnd(" \t\r\n"u8).Length;
        return length == 0 ? null : new OutlineMember(name, start, document.Slice(start, length));
    }

    private static string? NameOf(ReadOnlySpan<byte> quoted)
    {
        try
        {
            return JsonText.Parse(quoted, JsonLimits.Default).StringOrNull();
        }
        catch (ReeveException)
        {
            return null;
        }
    }

    private static int SkipWhite(ReadOnlySpan<byte> text, int at)
    {
        int step = text[Math.Min(at, text.Length)..].IndexOfAnyExcept(" \t\r\n"u8);
        return step < 0 ? text.Length : at + step;
    }
}

/// <summary>A member of an object.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Start">Where its value begins in the text of the object.</param>
/// <param name="Text">The text of its value, without white space around it.</param>
internal readonly record struct OutlineMember(string Name, int Start, ReadOnlyMemory<byte> Text)
{
    /// <summary>Whether the value is an object.</summary>
    internal bool IsObject => Text.Span[0] == (byte)'{';

    /// <summary>Whether the value is a list.</summary>
    internal bool IsList => Text.Span[0] == (byte)'[';
}
