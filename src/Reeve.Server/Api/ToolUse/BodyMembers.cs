using Reeve.Core.Errors;
using Reeve.Core.Values;
using Reeve.Core.Wording;
using Reeve.Server.Api.RequestBodies;

namespace Reeve.Server.Api.ToolUse;

/// <summary>Reads a small body, strictly: what is unknown or of another kind is refused by its pointer, all of it together. Members are read in camelCase and snake_case; null counts as absent. Not thread-safe.</summary>
internal sealed class BodyMembers
{
    private static readonly JsonLimits Limits = new() { MaxBytes = BodyText.MaxBytes };

    private readonly Dictionary<string, Value> given = new(StringComparer.Ordinal);
    private readonly List<ReeveError> wrong = [];

    /// <summary>Takes the body apart.</summary>
    /// <param name="body">UTF-8.</param>
    /// <param name="known">The members there are, in camelCase.</param>
    /// <exception cref="ReeveException">INPUT-003 when it is no JSON, HTTP-014 when it is no object.</exception>
    internal BodyMembers(ReadOnlyMemory<byte> body, params IReadOnlyList<string> known)
    {
        MapValue members = JsonText.Parse(body.Span, Limits).MapOrNull() ?? throw new ReeveException(Bad("It must be an object.", ""));
        for (int i = 0; i < members.Count; i++)
        {
            string name = members.KeyAt(i).AsString();
            if (known.FirstOrDefault(one => one == name || QueryText.Snake(one) == name) is not { } member)
            {
                wrong.Add(Bad($"{Shown.Name(name)} is not known; known are {string.Join(", ", known)}.", JsonPointer.Child("", Shown.Short(name, 64))));
            }
            else if (!given.TryAdd(member, members.ValueAt(i)))
            {
                wrong.Add(Bad("It is given in both spellings.", "/" + member));
            }
        }
    }

    /// <summary>A text; null when it is absent, or wrong.</summary>
    internal string? Text(string name, int longest, bool isRequired = false)
    {
        if (Given(name, isRequired) is not { } value)
        {
            return null;
        }

        if (value.StringOrNull() is { Length: > 0 } text && text.Length <= longest && !text.Contains('\0'))
        {
            return text;
        }

        Fail(name, $"It must be a string of 1 to {longest} characters.");
        return null;
    }

    /// <summary>True or false; null when it is absent, or wrong.</summary>
    internal bool? Flag(string name, bool isRequired = false)
    {
        if (Given(name, isRequired) is not { } value)
        {
            return null;
        }

        if (value.Kind == ValueKind.Bool)
        {
            return value.AsBool();
        }

        Fail(name, "It must be true or false.");
        return null;
    }

    /// <summary>Whether an object is given.</summary>
    internal bool IsObject(string name) => given.TryGetValue(name, out Value value) && value.MapOrNull() is not null;

    /// <summary>An object; null when it is absent, or wrong.</summary>
    internal ObjectMap? Map(string name)
    {
        if (Given(name, isRequired: false) is not { } value)
        {
            return null;
        }

        if (value.MapOrNull() is ObjectMap map)
        {
            return map;
        }

        Fail(name, "It must be an object.");
        return null;
    }

    /// <summary>A list; null when it is absent, or wrong.</summary>
    internal ListValue? List(string name, int longest, bool isRequired = false)
    {
        if (Given(name, isRequired) is not { } value)
        {
            return null;
        }

        if (value.ListOrNull() is { } list && list.Count <= longest)
        {
            return list;
        }

        Fail(name, $"It must be a list of at most {longest} items.");
        return null;
    }

    /// <summary>A whole number; null when it is absent, or wrong.</summary>
    internal long? Whole(string name)
    {
        if (Given(name, isRequired: false) is not { } value)
        {
            return null;
        }

        if (value.Kind == ValueKind.Int)
        {
            return value.AsInt();
        }

        Fail(name, "It must be a whole number.");
        return null;
    }

    /// <summary>Refuses a member.</summary>
    internal void Fail(string name, string why) => wrong.Add(Bad(why, "/" + name));

    /// <summary>Ends the reading.</summary>
    /// <exception cref="ReeveErrorsException">HTTP-014, when anything is wrong.</exception>
    internal void Check()
    {
        if (wrong.Count > 0)
        {
            throw new ReeveErrorsException(wrong);
        }
    }

    private Value? Given(string name, bool isRequired)
    {
        if (given.TryGetValue(name, out Value value) && !value.IsNull)
        {
            return value;
        }

        if (isRequired)
        {
            Fail(name, "It is missing.");
        }

        return null;
    }

    private static ReeveError Bad(string why, string pointer) => new(ErrorCatalogue.Http.BadBody, why, pointer);
}
