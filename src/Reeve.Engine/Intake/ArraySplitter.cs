using Reeve.Core.Errors;

namespace Reeve.Engine.Intake;

/// <summary>
/// Cuts a JSON array into the texts of its items by brackets and quotes alone, so that an item that is broken or nested
/// without end costs only itself. What an item's text is worth is for its reader to say.
/// </summary>
internal static class ArraySplitter
{
    /// <summary>The items in order; a last one with an error where the array does not end, or does not end there.</summary>
    /// <param name="document">The text; its first character that is no white space is the opening bracket.</param>
    internal static List<RawItem> Split(ReadOnlyMemory<byte> document)
    {
        List<RawItem> items = [];
        TextPlace place = new(document);
        ReadOnlySpan<byte> text = document.Span;
        int position = text.IndexOf((byte)'[') + 1;
        while (true)
        {
            int start = position;
            int end = EndOfItem(text, start);
            ReadOnlyMemory<byte> item = document[start..end];
            bool closed = end < text.Length && text[end] == (byte)']';
            int first = item.Span.IndexOfAnyExcept(" \t\r\n"u8);
            if (first >= 0)
            {
                place.MoveTo(start + first);
                items.Add(new RawItem(item[first..(item.Span.LastIndexOfAnyExcept(" \t\r\n"u8) + 1)], null, place.Position));
            }
            else if (!closed || items.Count > 0)
            {
                items.Add(Broken(place, end, items.Count, "Between two commas, or a comma and the end, there is no item."));
            }

            if (end == text.Length)
            {
                items.Add(Broken(place, end, items.Count, "The array has no end."));
                return items;
            }

            position = end + 1;
            if (closed)
            {
                int rest = text[position..].IndexOfAnyExcept(" \t\r\n"u8);
                if (rest >= 0)
                {
                    items.Add(Broken(place, position + rest, items.Count, "There is more text behind the array; it was not read."));
                }

                return items;
            }
        }
    }

    // The comma or bracket that ends the item, or the end of the text.
    private static int EndOfItem(ReadOnlySpan<byte> text, int position)
    {
        int depth = 0;
        while (true)
        {
            int step = text[position..].IndexOfAny("\"[]{},"u8);
            if (step < 0)
            {
                return text.Length;
            }

            position += step;
            switch (text[position])
            {
                case (byte)'"':
                    position = EndOfString(text, position + 1);
                    continue;
                case (byte)'[' or (byte)'{':
                    depth++;
                    break;
                case (byte)']' or (byte)'}' when depth > 0:
                    depth--;
                    break;
                case (byte)'}':
                    break;
                case (byte)',' when depth > 0:
                    break;
                default:
                    return position;
            }

            position++;
        }
    }

    // Behind the closing quote, or the end of the text.
    private static int EndOfString(ReadOnlySpan<byte> text, int position)
    {
        while (position < text.Length)
        {
            int step = text[position..].IndexOfAny((byte)'"', (byte)'\\');
            if (step < 0)
            {
                return text.Length;
            }

            position += step;
            if (text[position] == (byte)'"')
            {
                return position + 1;
            }

            position += 2;
        }

        return text.Length;
    }

    private static RawItem Broken(TextPlace place, int offset, int index, string message)
    {
        place.MoveTo(offset);
        return new RawItem(default, new ReeveError(ErrorCatalogue.Input.MalformedJson, message, $"/{index}", place.Position));
    }
}
