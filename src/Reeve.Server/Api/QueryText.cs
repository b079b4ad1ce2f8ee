using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Reeve.Core.Errors;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Core.Wording;
using Reeve.Server.Problems;

namespace Reeve.Server.Api;

/// <summary>
/// Reads the query of a request, strictly: what is unknown, given twice or unreadable is refused by name, because a filter that
/// is silently ignored shows more than was asked for. All that is wrong comes out together. Not thread-safe.
/// </summary>
internal sealed class QueryText
{
    private static readonly string[] Always = ["tenant_id"];

    private readonly Dictionary<string, string> given = new(StringComparer.Ordinal);
    private readonly List<ProblemField> wrong = [];

    /// <summary>Takes the query apart.</summary>
    /// <param name="request">The request.</param>
    /// <param name="known">The parameters of the route, in snake_case; camelCase is read, too.</param>
    internal QueryText(HttpRequest request, params IReadOnlyList<string> known)
    {
        foreach ((string name, StringValues values) in request.Query.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            string snake = Snake(name);
            if (!known.Contains(snake) && !Always.Contains(snake))
            {
                Fail(name, $"There is no such parameter; there are {string.Join(", ", known)}.");
            }
            else if (values.Count != 1 || !given.TryAdd(snake, values.ToString()))
            {
                Fail(name, "It is given more than once.");
            }
        }
    }

    /// <summary>A text, not empty; null when it is not given.</summary>
    internal string? Text(string name, int longest = 256)
    {
        if (!given.TryGetValue(name, out string? text))
        {
            return null;
        }

        if (text.Length > 0 && text.Length <= longest && !text.Contains('\0'))
        {
            return text;
        }

        Fail(name, $"It must have 1 to {longest} characters.");
        return null;
    }

    /// <summary>A whole number within bounds; null when it is not given.</summary>
    internal int? Number(string name, int least, int most)
    {
        if (!given.TryGetValue(name, out string? text))
        {
            return null;
        }

        if (int.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out int number) && number >= least && number <= most)
        {
            return number;
        }

        Fail(name, $"It must be a whole number from {least} to {most}.");
        return null;
    }

    /// <summary>One word of an enumeration; null when it is not given.</summary>
    internal T? Word<T>(string name)
        where T : struct, Enum
    {
        if (!given.TryGetValue(name, out string? text))
        {
            return null;
        }

        if (Wire.TryParse(text, out T word))
        {
            return word;
        }

        Fail(name, $"It must be one of {string.Join(", ", Wire.All<T>())}.");
        return null;
    }

    /// <summary>A time; null when it is not given.</summary>
    internal DateTimeOffset? Time(string name)
    {
        if (!given.TryGetValue(name, out string? text))
        {
            return null;
        }

        // A plus that was not encoded arrives as a space; no other space is in a time with an offset, and a time without one is
        // another moment for everybody (EX-MODEL-3).
        string asMeant = text.Length > 19 && text[^6] == ' ' ? text[..^6] + "+" + text[^5..] : text;
        if (TimeText.HasOffset(asMeant) && TimeText.TryRead(asMeant, out DateTimeOffset time))
        {
            return time;
        }

        Fail(name, "It must be a time in ISO 8601 with its offset, such as 2026-01-31T09:30:00Z.");
        return null;
    }

    /// <summary>Whether a parameter is given, be it usable or not.</summary>
    internal bool Has(string name) => given.ContainsKey(name);

    /// <summary>Refuses a parameter.</summary>
    internal void Fail(string name, string why) =>
        wrong.Add(new ProblemField(new ReeveError(ErrorCatalogue.Http.BadParameter, why), Parameter: Shown.Short(name, 64)));

    /// <summary>Ends the reading.</summary>
    /// <exception cref="ProblemException">HTTP-007, when anything is wrong.</exception>
    internal void Check()
    {
        if (wrong.Count > 0)
        {
            throw new ProblemException(new Problem
            {
                Kind = ErrorCatalogue.Http.BadParameter,
                Detail = string.Join(" ", wrong.Select(field => $"'{field.Parameter}': {field.Error.Message}")),
                Fields = wrong,
            });
        }
    }

    /// <summary>A name in camelCase as snake_case: pageSize is page_size (EX-MODEL-1).</summary>
    internal static string Snake(string name) => string.Concat(name.Select(c => char.IsAsciiLetterUpper(c) ? "_" + char.ToLowerInvariant(c) : c.ToString()));
}
