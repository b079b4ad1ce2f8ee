using System.Globalization;
using Reeve.Core.Documents;
using YamlDotNet.Core.Events;

namespace Reeve.Engine.PackFiles;

/// <summary>Finds parts in a YAML text that was read before. A member stands where its key does, a part of an alias where the alias does.</summary>
internal sealed class YamlPlaces
{
    private readonly IEnumerator<ParsingEvent> events;

    private YamlPlaces(YamlText text) => events = text.Events().GetEnumerator();

    internal static void Locate(YamlText text, PointerTree wanted)
    {
        YamlPlaces places = new(text);
        using (places.events)
        {
            places.Next(); // the stream
            places.Next(); // the document
            places.Next();
            wanted.Found(YamlText.PositionOf(places.events.Current.Start));
            places.Walk(wanted);
        }
    }

    private bool Next() => events.MoveNext();

    // Stands on the first event of a node and leaves on its last.
    private void Walk(PointerTree? at)
    {
        if (events.Current is MappingStart)
        {
            while (Next() && events.Current is not MappingEnd)
            {
                PointerTree? branch = at?.Branch(((Scalar)events.Current).Value); // the reader refused every other key
                branch?.Found(YamlText.PositionOf(events.Current.Start));
                Next();
                Walk(branch);
            }
        }
        else if (events.Current is SequenceStart)
        {
            for (int i = 0; Next() && events.Current is not SequenceEnd; i++)
            {
                PointerTree? branch = at?.Branch(i.ToString(CultureInfo.InvariantCulture));
                branch?.Found(YamlText.PositionOf(events.Current.Start));
                Walk(branch);
            }
        }
    }
}
