using Reeve.Core.Schemas.Checks;
using Reeve.Core.Schemas.Compiling;
using Reeve.Core.Values;

namespace Reeve.Core.Schemas.Samples;

/// <summary>Strings and numbers for <see cref="SchemaSampler"/>.</summary>
internal static class ScalarSample
{
    private const int MaxLength = 10_000;

    /// <summary>A string by pattern, format and length.</summary>
    internal static string Text(List<SchemaNode> all, List<MapValue> facets, int variant)
    {
        int least = 0;
        long most = MaxLength;
        string? text = null;
        foreach (MapValue facet in facets)
        {
            least = Math.Max(least, (int)Math.Min(MaxLength, SchemaSampler.Count(facet, "minLength")));
            most = facet.TryGet("maxLength", out _) ? Math.Min(most, SchemaSampler.Count(facet, "maxLength")) : most;
            text ??= Formatted(facet["format"].StringOrNull(), variant);
        }

        foreach (SchemaNode node in all)
        {
            if (node.Pattern is { } pattern)
            {
                return pattern.Example(least) ?? "";
            }
        }

        text ??= variant == 0 ? "text" : "text" + variant;
        text = text.Length <= most ? text : text[..(int)most];
        return text.Length >= least ? text : text + new string('x', least - text.Length);
    }

    /// <summary>The number nearest to 0 that the bounds and multipleOf seem to allow, then others further up.</summary>
    internal static Value Number(List<MapValue> facets, bool whole, int variant)
    {
        decimal? least = null;
        decimal? most = null;
        decimal unit = whole ? 1 : 0;
        foreach (MapValue facet in facets)
        {
            unit = Read(facet, "multipleOf") is { } multiple and > 0 && (!whole || multiple % 1 == 0) ? Math.Max(unit, multiple) : unit;
        }

        decimal step = unit > 0 ? unit : 0.5m;
        foreach (MapValue facet in facets)
        {
            least = Larger(least, Read(facet, "minimum"));
            least = Larger(least, Read(facet, "exclusiveMinimum") is { } below ? Above(below, step) : null);
            most = Larger(-most, -Read(facet, "maximum")) is { } bound ? -bound : most;
            most = Larger(-most, Read(facet, "exclusiveMaximum") is { } above ? -(above - step) : null) is { } open ? -open : most;
        }

        decimal number = least is { } floor && floor > 0 ? floor : most is { } ceiling && ceiling < 0 ? ceiling : 0;
        if (unit > 0 && number % unit != 0)
        {
            number = number > 0 ? Above(number, unit) : Math.Floor(number / unit) * unit;
        }

        number += variant * step;
        return number % 1 == 0 && number is >= long.MinValue and <= long.MaxValue ? Value.Of((long)number) : Value.Of((double)number);
    }

    private static decimal Above(decimal number, decimal unit) => (Math.Floor(number / unit) + 1) * unit;

    private static decimal? Larger(decimal? left, decimal? right) => left is null || right > left ? right ?? left : left;

    // Bounds beyond what anybody would sample are not followed; the schema then refuses the sample.
    private static decimal? Read(MapValue facet, string keyword)
    {
        if (!facet.TryGet(keyword, out Value value) || !value.IsNumber)
        {
            return null;
        }

        double number = SchemaSampler.Convert(value);
        return Math.Abs(number) < 1e15 ? (decimal)number : null;
    }

    private static string? Formatted(string? format, int variant) => format switch
    {
        "date-time" => "2000-01-01T00:00:00Z",
        "date" => "2000-01-01",
        "time" => "00:00:00Z",
        "duration" => "PT1H",
        "email" or "idn-email" => $"user{variant}@example.com",
        "hostname" or "idn-hostname" => "example.com",
        "ipv4" => "192.0.2.1",
        "ipv6" => "2001:db8::1",
        "uri" or "iri" => "https://example.com/",
        "uri-reference" or "iri-reference" => "/",
        "uuid" => $"00000000-0000-4000-8000-{variant:D12}",
        "json-pointer" => "/a",
        "relative-json-pointer" => "0",
        "regex" => ".*",
        "uri-template" => "/{id}",
        _ => null,
    };
}
