using System.Text;
using System.Text.Json;
using Reeve.Core.Errors;

namespace Reeve.Storage.Databases;

/// <summary>The column <c>tallies.counts</c>: a JSON object of counters by name, in ordinal order. Pure.</summary>
public static class TallyText
{
    /// <summary>Reads it.</summary>
    /// <param name="text">The column; empty is none.</param>
    /// <exception cref="ReeveException">STORE-… when it is no object of whole numbers.</exception>
    public static IReadOnlyList<KeyValuePair<string, long>> Read(string text)
    {
        List<KeyValuePair<string, long>> counters = [];
        if (text.Length == 0)
        {
            return counters;
        }

        try
        {
            Utf8JsonReader reader = new(Encoding.UTF8.GetBytes(text));
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                string name = reader.GetString()!; // not null: a name is a string
                reader.Read();
                counters.Add(KeyValuePair.Create(name, reader.GetInt64()));
            }

            return counters;
        }
        catch (Exception fault) when (fault is JsonException or FormatException or InvalidOperationException)
        {
            throw new ReeveException(new ReeveError(ErrorCatalogue.Storage.Corrupt, "The column counts holds no counters.", "tallies"), fault);
        }
    }
}
