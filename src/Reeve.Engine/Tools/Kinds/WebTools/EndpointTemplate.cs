using System.Text;
using Reeve.Core.Errors;
using Reeve.Core.Redaction;
using Reeve.Core.Values;
using Reeve.Core.Wording;

namespace Reeve.Engine.Tools.Kinds.WebTools;

/// <summary>
/// The address of a tool as its pack writes it, with <c>{args.name}</c> where a part of the path or a value of the query comes from the call. Whatever an argument says, scheme, host, port and the number of
/// path segments stay as they were written. Immutable.
/// </summary>
internal sealed class EndpointTemplate
{
    private const string Pointer = "/endpoint";

    private readonly string text;
    private readonly Uri place;
    private readonly List<ArgumentTemplate> segments = [];
    private readonly List<(string Name, ArgumentTemplate? Value)> query = [];

    private EndpointTemplate(string text, Uri place)
    {
        this.text = text;
        this.place = place;
    }

    /// <summary>The arguments that stand in it whole.</summary>
    internal IEnumerable<string> Whole => segments.Concat(query.Select(parameter => parameter.Value).OfType<ArgumentTemplate>()).SelectMany(template => template.Whole);

    /// <summary>Scheme, host and port.</summary>
    internal Uri Place => place;

    /// <summary>Cuts an address into its parts; what keeps it from being called is noted.</summary>
    /// <returns>Null when it is no address at all.</returns>
    internal static EndpointTemplate? Read(string text, DefinitionProblems problems)
    {
        int host = text.IndexOf("://", StringComparison.Ordinal) + 3;
        int end = host < 3 ? -1 : text.AsSpan(host).IndexOfAny('/', '?', '#');
        string start = end < 0 ? text : text[..(host + end)];
        if (host < 3 || start.AsSpan().ContainsAny('{', '}') || !Uri.TryCreate(start + "/", UriKind.Absolute, out Uri? place))
        {
            problems.Bad("This is not an address whose host is fixed.", Pointer);
            return null;
        }

        EndpointTemplate endpoint = new(text, place);
        endpoint.ReadRest(text[start.Length..], problems);
        return endpoint;
    }

    /// <summary>The address of one call.</summary>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="error">Why there is none, about one argument; null when there is.</param>
    internal Uri? Fill(ObjectMap arguments, out ReeveError? error)
    {
        StringBuilder address = new(place.GetLeftPart(UriPartial.Authority));
        ReeveError? first = null;
        foreach (ArgumentTemplate segment in segments)
        {
            string filled = segment.Fill(arguments, (name, argument) =>
            {
                string value = TextOf(argument) ?? "";
                first ??= PathProblem(name, value);
                return Uri.EscapeDataString(value);
            });
            first ??= segment.HasPlaces && IsStep(Uri.UnescapeDataString(filled)) ? Bad(segment.Names.First(), "would change the path") : null;
            address.Append('/').Append(filled);
        }

        AppendQuery(address, arguments, ref first);
        Uri? whole = first is null && Uri.TryCreate(address.ToString(), UriKind.Absolute, out Uri? made) && IsSame(made) ? made : null;
        error = whole is null ? first ?? new ReeveError(ErrorCatalogue.Tools.BadInput, "The arguments do not make an address of the endpoint.", Pointer) : null;
        return whole;
    }

    /// <summary>As it is written, for people; it holds no secret.</summary>
    public override string ToString() => text;

    /// <summary>A scalar as text, in the spelling of its source; null for null, lists and objects.</summary>
    internal static string? TextOf(in Value value)
    {
        Value plain = PlainJson.Scalar(value);
        return plain.Kind switch
        {
            ValueKind.Null or ValueKind.List or ValueKind.Map => null,
            ValueKind.String => plain.AsString(),
            _ => JsonText.ToText(plain),
        };
    }

    private void ReadRest(string rest, DefinitionProblems problems)
    {
        if (place.UserInfo.Length > 0)
        {
            problems.Bad("An address holds no user and no password; use auth.", Pointer);
        }

        if (rest.AsSpan().ContainsAny('#', '\\') || rest.Any(c => char.IsControl(c) || char.IsWhiteSpace(c)))
        {
            problems.Bad("An address for calls has no fragment, no backslash and no space.", Pointer);
        }

        int asked = rest.IndexOf('?');
        string path = asked < 0 ? rest : rest[..asked];
        foreach (string segment in path.Length == 0 ? [] : path[1..].Split('/'))
        {
            segments.Add(Template(segment, problems));
        }

        foreach (string parameter in asked < 0 ? [] : rest[(asked + 1)..].Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            ReadParameter(parameter, problems);
        }
    }

    private void ReadParameter(string parameter, DefinitionProblems problems)
    {
        int equals = parameter.IndexOf('=');
        string name = equals < 0 ? parameter : parameter[..equals];
        ArgumentTemplate? value = equals < 0 ? null : Template(parameter[(equals + 1)..], problems);
        if (name.AsSpan().ContainsAny('{', '}'))
        {
            problems.Bad("The names of parameters are fixed; an argument gives a value.", Pointer);
        }

        if (value is { HasPlaces: false } && value.Literals.Any() && Redactor.IsSecretName(name))
        {
            problems.Bad("A secret does not stand in an address; use auth or headers.", Pointer);
        }

        query.Add((name, value));
    }

    private static ArgumentTemplate Template(string part, DefinitionProblems problems)
    {
        ArgumentTemplate template = problems.Template(part, Pointer);
        if (template.Literals.Any(literal => literal.AsSpan().ContainsAny('{', '}')))
        {
            problems.Bad($"{Shown.Name(part)} has braces, and not around an argument; write {{args.name}}.", Pointer);
        }

        return template;
    }

    // A parameter whose value is an argument that the call does not have is left out.
    private void AppendQuery(StringBuilder address, ObjectMap arguments, ref ReeveError? error)
    {
        char before = '?';
        ReeveError? first = error;
        foreach (var (name, value) in query)
        {
            if (value is { IsPlace: true } && value.Argument(arguments).IsNull)
            {
                continue;
            }

            address.Append(before).Append(name);
            before = '&';
            if (value is not null)
            {
                address.Append('=').Append(value.Fill(arguments, (place, argument) =>
                {
                    string? text = TextOf(argument);
                    first ??= text is null ? Bad(place, "is no single value") : null;
                    return Uri.EscapeDataString(text ?? "");
                }));
            }
        }

        error = first;
    }

    // Nothing above should be able to break this; it is what all of it is for.
    private bool IsSame(Uri made) => made.Scheme == place.Scheme && made.Host == place.Host && made.Port == place.Port && made.AbsolutePath.Count(c => c == '/') <= Math.Max(1, segments.Count);

    // Encoded or not, many servers and proxies take a slash or a backslash for the end of a segment, so neither is sent.
    private static ReeveError? PathProblem(string name, string value) =>
        value.Length == 0 ? Bad(name, "is needed in the path, as one value")
        : value.AsSpan().ContainsAny('/', '\\') || value.Any(char.IsControl) ? Bad(name, "stands in the path, so it holds no slash, backslash or control character")
        : null;

    // What servers resolve away: a segment of dots, also one that has parameters after a semicolon.
    private static bool IsStep(string segment) => segment.Split(';')[0].Trim() is var path && path.Length is > 0 and <= 3 && path.All(c => c == '.');

    private static ReeveError Bad(string name, string why) => new(ErrorCatalogue.Tools.BadInput, $"{Shown.Name(name)} {why}.", JsonPointer.Of("", name.Split('.')));
}
