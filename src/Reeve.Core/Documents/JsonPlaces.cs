using System.Globalization;
using System.Text;
using System.Text.Json;
using Reeve.Core.Errors;

namespace Reeve.Core.Documents;

/// <summary>
/// Finds parts in a JSON text that was read before, so it is known to be well-formed. A member stands where its key does.
/// </summary>
internal ref struct JsonPlaces
{
    private readonly ReadOnlySpan<byte> text;
    private Utf8JsonReader reader;
    private int offset;
    private int line;
    private int column;

    private JsonPlaces(ReadOnlySpan<byte> text)
    {
        this.text = text;
        reader = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = 1024 });
        line = 1;
        column = 1;
    }

    internal static void Locate(ReadOnlySpan<byte> utf8, PointerTree wanted)
    {
        JsonPlaces places = new(utf8.StartsWith("\uFEFF"u8) ? utf8[3..] : utf8);
        places.reader.Read();
        wanted.Found(places.Position());
        places.Walk(wanted);
    }

    // Depth is bounded by what the reader of the text accepted.
    private void Walk(PointerTree at)
    {
        if (!at.HasBranches)
        {
            reader.Skip();
            return;
        }

        if (reader.TokenType == JsonTokenType.StartObject)
        {
            while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
            {
                PointerTree? branch = at.Branch(reader.GetString()!);
                branch?.Found(Position());
                reader.Read();
                Enter(branch);
            }
        }
        else if (reader.TokenType == JsonTokenType.StartArray)
        {
            for (int i = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; i++)
            {
                PointerTree? branch = at.Branch(i.ToString(CultureInfo.InvariantCulture));
                branch?.Found(Position());
                Enter(branch);
            }
        }
    }

    private void Enter(PointerTree? branch)
    {
        if (branch is null)
        {
            reader.Skip();
        }
        else
        {
            Walk(branch);
        }
    }

    // Tokens come in order, so each counts on from the one before.
    private SourcePosition Position()
    {
        int at = (int)reader.TokenStartIndex;
        ReadOnlySpan<byte> passed = text[offset..at];
        int lastBreak = passed.LastIndexOf((byte)'\n');
        line += passed.Count((byte)'\n');
        column = lastBreak < 0 ? column + Encoding.UTF8.GetCharCount(passed) : 1 + Encoding.UTF8.GetCharCount(passed[(lastBreak + 1)..]);
        offset = at;
        return new SourcePosition(line, column);
    }
}
