using System.Buffers;
using Reeve.Core.Documents;
using Reeve.Core.Errors;

namespace Reeve.Engine.Intake;

/// <summary>
/// Cuts a JSON array into the texts of its items by brackets and quotes alone, so that an item that is broken or nested
/// without end costs only itself. What an item's text is worth is for its reader to say.
/// </summary>
internal static class ArraySplitter
{
    private static readonly SearchValues<byte> White = SearchValues.Create(" \t\r\n"u8);

    /// <summary>The items in order, each as it is asked for; a last one with an error where the array does not end, or does not end there.</summary>
    /// <param name="document">The text; its first character that is no white space is the opening bracket.</param>
    internal static IEnumerable<RawItem> Split(ReadOnlyMemory<byte> document)
    {
        TextPlace place = new(document);
        int position = document.Span.IndexOf((byte)'[') + 1;
        for (int index = 0; ; index++)
        {
            int start = position;
            int end = JsonCuts.EndOfPart(document.Span, start, (byte)']');
            bool closed = end < document.Length && document.Span[end] == (byte)']';
            int first = document.Span[start..end].IndexOfAnyExcept(White);
            if (first >= 0)
            {
                place.MoveTo(start + first);
                int last = start + document.Span[start..end].LastIndexOfAnyExcept(White);
                yield return new RawItem(document[(start + first)..(last + 1)], null, place.Position);
            }
            else if (!closed || index > 0)
            {
                yield return Broken(place, end, index, "Between two commas, or a comma and the end, there is no item.");
            }

            if (end == document.Length)
            {
                yield return Broken(place, end, index + 1, "The array has no end.");
                yield break;
            }

            position = end + 1;
            if (closed)
            {
                int rest = document.Span[position..].IndexOfAnyExcept(White);
                if (rest >= 0)
                {
                    yield return Broken(place, position + rest, index + 1, "There is more text behind the array; it was not read.");
                }

                yield break;
            }
        }
    }

    private static RawItem Broken(TextPlace place, int offset, int index, string message)
    {
        place.MoveTo(offset);
        return new RawItem(default, new ReeveError(ErrorCatalogue.Input.MalformedJson, message, $"/{index}", place.Position));
    }
}
