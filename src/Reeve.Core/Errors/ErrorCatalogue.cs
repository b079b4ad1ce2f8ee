using System.Reflection;

namespace Reeve.Core.Errors;

/// <summary>One area of the catalogue: the codes that share a prefix.</summary>
/// <param name="Name">The name of the nested class that declares them.</param>
/// <param name="Codes">Its codes, ordered by code.</param>
public sealed record ErrorArea(string Name, IReadOnlyList<ErrorCode> Codes);

/// <summary>
/// Every error code of the product, by area: one nested class each, one prefix each. <c>docs/errors.md</c> is generated
/// from <see cref="Areas"/>. A code never changes its meaning, and a retired one is never used again.
/// </summary>
public static partial class ErrorCatalogue
{
    private static readonly Lazy<IReadOnlyList<ErrorArea>> AreasOnce = new(() =>
        [.. typeof(ErrorCatalogue).GetNestedTypes()
            .Select(area => new ErrorArea(area.Name, CodesOf(area)))
            .OrderBy(area => area.Codes.Count > 0 ? area.Codes[0].Code : "", StringComparer.Ordinal)]);

    private static readonly Lazy<IReadOnlyList<ErrorCode>> CodesOnce = new(() =>
        [.. Areas.SelectMany(area => area.Codes).OrderBy(code => code.Code, StringComparer.Ordinal)]);

    /// <summary>Every area, ordered by its first code.</summary>
    public static IReadOnlyList<ErrorArea> Areas => AreasOnce.Value;

    /// <summary>Every code, ordered by code.</summary>
    public static IReadOnlyList<ErrorCode> All => CodesOnce.Value;

    private static IReadOnlyList<ErrorCode> CodesOf(Type area) =>
        [.. area.GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(field => field.GetValue(null))
            .OfType<ErrorCode>()
            .OrderBy(code => code.Code, StringComparer.Ordinal)];
}
