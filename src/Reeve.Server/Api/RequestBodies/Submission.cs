using Reeve.Core.Errors;
using Reeve.Core.Values;
using Reeve.Core.Wording;
using Reeve.Engine.Intake;

namespace Reeve.Server.Api.RequestBodies;

/// <summary>
/// What a JSON body submits: one raw exception, a list of them, or either in the envelope <c>{exception | exceptions, source_system,
/// ingestion_method}</c> (EX-API-1). Payloads stay the bytes that were sent.
/// </summary>
/// <remarks>
/// An object is that envelope when it has <c>exceptions</c> or an object <c>exception</c> and no member but the envelope's:
/// sources have members of these names, too, and whatever else stands beside them is data of an exception, not of ours. An
/// <c>exceptions</c> that is no list is refused then: whoever wrote it meant several.
/// </remarks>
internal sealed class Submission
{
    /// <summary>The most items of one document: their ids and errors are answered all at once.</summary>
    internal const int MostItems = 100_000;

    private const int LongestText = 256;

    private static readonly string[][] Known =
    [
        ["exceptions"], ["exception"], ["source_system", "sourceSystem"], ["ingestion_method", "ingestionMethod"], ["tenant_id", "tenantId"],
    ];

    private Submission(IReadOnlyList<RawItem> items, bool isList)
    {
        Items = items;
        IsList = isList;
    }

    /// <summary>The raw items, in order.</summary>
    public IReadOnlyList<RawItem> Items { get; }

    /// <summary>Whether several could have been sent: their answer names each error's index.</summary>
    public bool IsList { get; }

    /// <summary>The tenant the envelope names; null when it names none.</summary>
    public string? Tenant { get; private init; }

    /// <summary>How the sender got hold of them, as it says; null when it does not. A remark.</summary>
    public string? Method { get; private init; }

    /// <summary>Reads a body.</summary>
    /// <param name="body">The whole body, not empty.</param>
    /// <exception cref="ReeveException">
    /// INPUT-003 with line and column when a list cannot be cut into its items; HTTP-005 when it has too many; HTTP-014 when the
    /// envelope says something it cannot, or the list is empty.
    /// </exception>
    public static Submission Read(ReadOnlyMemory<byte> body)
    {
        if (body.Span[body.Span.IndexOfAnyExcept(" \t\r\n"u8)] == (byte)'[')
        {
            return new Submission(Cut(body, new SourcePosition(1, 1), ""), isList: true);
        }

        return ObjectOutline.Read(body) is { } members && IsEnvelope(members) ? Open(body, members) : new Submission([new RawItem(body, null)], isList: false);
    }

    /// <summary>The items of a list that stands in a document.</summary>
    /// <param name="list">The list's text.</param>
    /// <param name="start">Where it begins in the document.</param>
    /// <param name="pointer">Where it stands, for errors.</param>
    internal static IReadOnlyList<RawItem> Cut(ReadOnlyMemory<byte> list, SourcePosition start, string pointer)
    {
        List<RawItem> items = [];
        foreach (RawItem item in BatchReader.Split(list))
        {
            // A list that ends in the middle was cut on its way, or is no list; half of it is not what was meant.
            if (item.Error is { } broken)
            {
                throw new ReeveException(Moved(broken, start, pointer));
            }

            if (items.Count == MostItems)
            {
                throw new ReeveException(new ReeveError(
                    ErrorCatalogue.Http.BodyTooLarge, $"The list has over {MostItems:N0} items; JSON Lines (application/jsonl) may have any number.", pointer));
            }

            items.Add(item with { Start = item.Start is { } at ? Moved(at, start) : null });
        }

        return items.Count > 0 ? items : throw new ReeveException(new ReeveError(ErrorCatalogue.Http.BadBody, "The list holds no exception.", pointer));
    }

    private static bool IsEnvelope(List<OutlineMember> members)
    {
        bool holds = false;
        foreach (OutlineMember member in members)
        {
            holds |= member.Name == "exceptions" || (member.Name == "exception" && member.IsObject);
            if (!Array.Exists(Known, names => names.Contains(member.Name)))
            {
                return false;
            }
        }

        return holds;
    }

    private static Submission Open(ReadOnlyMemory<byte> body, List<OutlineMember> members)
    {
        OutlineMember? list = Only(members, Known[0]);
        OutlineMember? one = Only(members, Known[1]);
        string? source = Text(Only(members, Known[2]));
        string? method = Text(Only(members, Known[3]));
        string? tenant = Text(Only(members, Known[4]));
        if (list is not null && one is not null)
        {
            throw Bad("exception and exceptions stand beside each other; which is meant?", "/exception");
        }

        IReadOnlyList<RawItem> items = list is { } several
            ? several.IsList ? Cut(several.Text, ObjectOutline.PositionOf(body.Span, several.Start), "/exceptions") : throw Bad("It must be a list.", "/exceptions")
            : [new RawItem(one!.Value.Text, null, ObjectOutline.PositionOf(body.Span, one.Value.Start))]; // not null: an envelope has one of the two
        return new Submission([.. items.Select(item => item with { Source = source })], list is not null) { Tenant = tenant, Method = method };
    }

    private static OutlineMember? Only(List<OutlineMember> members, string[] names)
    {
        OutlineMember? found = null;
        foreach (OutlineMember member in members)
        {
            if (names.Contains(member.Name))
            {
                found = found is null
                    ? member
                    : throw new ReeveException(new ReeveError(ErrorCatalogue.Input.DuplicateKey, $"{Shown.Name(member.Name)} stands there twice.", "/" + member.Name));
            }
        }

        return found;
    }

    private static string? Text(OutlineMember? member)
    {
        if (member is not { } given)
        {
            return null;
        }

        Value value = JsonText.Parse(given.Text.Span, JsonLimits.Default, "/" + given.Name);
        return value.IsNull ? null
            : value.StringOrNull() is { Length: > 0 and <= LongestText } text ? text
            : throw Bad($"It must be a string of 1 to {LongestText} characters.", "/" + given.Name);
    }

    private static ReeveError Moved(ReeveError error, SourcePosition start, string pointer) =>
        new(error.Kind, error.Message, error.Subject is { } subject ? pointer + subject : null, error.Position is { } at ? Moved(at, start) : null, error.NextStep);

    private static SourcePosition Moved(SourcePosition at, SourcePosition start) =>
        new(start.Line + at.Line - 1, at.Line == 1 ? start.Column + at.Column - 1 : at.Column);

    private static ReeveException Bad(string why, string pointer) => new(new ReeveError(ErrorCatalogue.Http.BadBody, why, pointer));
}
