namespace Reeve.Core.Documents;

/// <summary>
/// Finds where the parts of a JSON text end by brackets and quotes alone, so that a part that is broken or nested without end
/// costs only itself. What a part is worth is for its reader to say. Thread-safe.
/// </summary>
public static class JsonCuts
{
    /// <summary>The comma or the closing bracket that ends a part, or the end of the text.</summary>
    /// <param name="text">UTF-8.</param>
    /// <param name="position">Where the part begins.</param>
    /// <param name="closing">The bracket that ends what the part is in: <c>]</c> or <c>}</c>; the other one, where nothing opened it, belongs to the part.</param>
    public static int EndOfPart(ReadOnlySpan<byte> text, int position, byte closing)
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
                case (byte)',' when depth > 0:
                    break;
                case (byte)']' or (byte)'}' when text[position] != closing:
                    break;
                default:
                    return position;
            }

            position++;
        }
    }

    /// <summary>The place behind the closing quote of a string, or the end of the text.</summary>
    /// <param name="text">UTF-8.</param>
    /// <param name="position">Behind the opening quote.</param>
    public static int EndOfString(ReadOnlySpan<byte> text, int position)
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
}
