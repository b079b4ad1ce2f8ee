using Reeve.Core.Errors;
using Reeve.Core.Values;
using Reeve.Core.Wording;

namespace Reeve.Commands.PackVerbs;

/// <summary>What was found out about one pack file.</summary>
/// <param name="File">Its path as given.</param>
/// <param name="Kind"><c>domain</c>, <c>tenant</c>, or empty when it could not be told.</param>
/// <param name="Summary">One line for people.</param>
/// <param name="Errors">All of them; empty for a good file.</param>
/// <param name="Warnings">What its author should look at.</param>
internal sealed record PackReport(string File, string Kind, string Summary, IReadOnlyList<ReeveError> Errors, IReadOnlyList<ReeveError> Warnings)
{
    /// <summary>False of a policy whose domain pack could not be read.</summary>
    internal bool IsChecked { get; init; } = true;

    internal bool IsValid => IsChecked && Errors.Count == 0;

    /// <summary>Errors and warnings as lines that editors can jump from: <c>FILE:LINE:COL: CODE path: reason Next: …</c>.</summary>
    internal IEnumerable<string> Lines() =>
        Errors.Select(error => Line(error, ""))
            .Concat(Warnings.Select(warning => Line(warning, "warning ")));

    internal Value ToJson() => Value.Of(ObjectMap.Of(
        ("file", Value.Of(File)),
        ("kind", Value.Of(Kind.Length == 0 ? null : Kind)),
        ("valid", Value.Of(IsValid)),
        ("summary", Value.Of(Summary)),
        ("errors", List(Errors)),
        ("warnings", List(Warnings))));

    private string Line(ReeveError error, string mark)
    {
        string place = error.Position is { } at ? $":{at.Line}:{at.Column}" : "";
        string path = error.Subject is null or "" ? "/" : error.Subject;
        path = path == File ? "" : $" {path}";
        return Shown.Line($"{File}{place}: {mark}{error.Code}{path}: {error.Message} Next: {error.NextStep}");
    }

    private static Value List(IReadOnlyList<ReeveError> errors) =>
        Value.Of(new ListValue([.. errors.Select(error => Value.Of(ObjectMap.Of(
            ("code", Value.Of(error.Code)),
            ("path", Value.Of(error.Subject)),
            ("line", error.Position is { } at ? Value.Of((long)at.Line) : Value.Null),
            ("column", error.Position is { } place ? Value.Of((long)place.Column) : Value.Null),
            ("message", Value.Of(error.Message)),
            ("nextStep", Value.Of(error.NextStep)))))]));
}
