using Reeve.Core.Errors;
using Reeve.Core.Events;
using Reeve.Core.Values;

namespace Reeve.Engine.Recording.PassEvents;

/// <summary>The members of one event's body, read strictly: what is missing was not written by Reeve.</summary>
internal readonly struct BodyReader
{
    // A body has a payload of at most 64 levels, some way down in a plan. Numbers too large for a double are null as at the door.
    private static readonly JsonLimits Limits = new() { MaxBytes = int.MaxValue, MaxDepth = 512, AllowNul = true, InfiniteIsNull = true };

    private readonly LoggedEvent source;
    private readonly ObjectMap map;

    private BodyReader(LoggedEvent source, ObjectMap map) => (this.source, this.map) = (source, map);

    /// <summary>Whether the member is there and not null.</summary>
    internal bool Has(string name) => !map[name].IsNull;

    /// <summary>Reads a body that is there.</summary>
    /// <exception cref="ReeveException">STORE-008: it is no JSON object.</exception>
    internal static BodyReader Read(LoggedEvent source)
    {
        try
        {
            if (JsonText.Parse(source.Body!.Value.Span, Limits).MapOrNull() is ObjectMap map) // not null: its callers ask first
            {
                return new BodyReader(source, map);
            }
        }
        catch (ReeveException fault)
        {
            throw new ReeveException(new ReeveError(ErrorCatalogue.Storage.Corrupt, $"The body of event {source.Position} is no JSON.", source.Position.ToString()), fault);
        }

        throw Broken(source, "");
    }

    internal BodyReader Object(string name) => new(source, Map(name));

    internal ObjectMap Map(string name) => map[name].MapOrNull() as ObjectMap ?? throw Broken(source, name);

    internal IEnumerable<BodyReader> Objects(string name)
    {
        List<BodyReader> items = [];
        foreach (ref readonly Value item in (map[name].ListOrNull() ?? throw Broken(source, name)).Items)
        {
            items.Add(new BodyReader(source, item.MapOrNull() as ObjectMap ?? throw Broken(source, name)));
        }

        return items;
    }

    internal IReadOnlyList<string> Strings(string name)
    {
        List<string> items = [];
        foreach (ref readonly Value item in (map[name].ListOrNull() ?? throw Broken(source, name)).Items)
        {
            items.Add(item.StringOrNull() ?? throw Broken(source, name));
        }

        return items;
    }

    /// <summary>Where this object begins in the body.</summary>
    internal int Start => map.SourceStart;

    /// <summary>The bytes of this object in the body.</summary>
    internal ReadOnlyMemory<byte> Own() => source.Body!.Value.Slice(map.SourceStart, map.SourceLength); // not null: it was read

    /// <summary>The bytes of a member in the body.</summary>
    internal ReadOnlyMemory<byte> Bytes(string name) => Object(name).Own();

    internal string? TextOrNull(string name) => Has(name) ? Text(name) : null;

    internal string Text(string name) => map[name].StringOrNull() ?? throw Broken(source, name);

    internal bool Flag(string name) => map[name] is { Kind: ValueKind.Bool } value ? value.AsBool() : throw Broken(source, name);

    internal int Int(string name) => map[name] is { Kind: ValueKind.Int } value ? checked((int)value.AsInt()) : throw Broken(source, name);

    internal double Number(string name) => map[name] switch
    {
        { Kind: ValueKind.Int } value => value.AsInt(),
        { Kind: ValueKind.Double } value => value.AsDouble(),
        _ => throw Broken(source, name),
    };

    internal DateTimeOffset Time(string name) => TimeText.TryRead(Text(name), out DateTimeOffset time) ? time : throw Broken(source, name);

    internal Guid Id(string name) => Guid.TryParseExact(Text(name), "D", out Guid id) ? id : throw Broken(source, name);

    internal T Enum<T>(string name)
        where T : struct, Enum => Core.Records.Wire.TryParse(Text(name), out T value) ? value : throw Broken(source, name);

    private static ReeveException Broken(LoggedEvent source, string name) => new(new ReeveError(
        ErrorCatalogue.Storage.Corrupt, $"The body of event {source.Position} ({source.Type}) is not one that Reeve wrote{(name.Length == 0 ? "" : $": '{name}'")}.", source.Position.ToString()));
}
