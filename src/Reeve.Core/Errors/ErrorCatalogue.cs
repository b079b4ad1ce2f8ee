namespace Reeve.Core.Errors;

/// <summary>
/// Every error code of the product, by area. One file per area; <c>docs/errors.md</c> is generated from <see cref="All"/>.
/// </summary>
public static partial class ErrorCatalogue
{
    private static readonly Lazy<IReadOnlyList<ErrorCode>> Codes = new(() =>
        [.. typeof(ErrorCatalogue).GetNestedTypes()
            .SelectMany(area => area.GetFields())
            .Select(field => field.GetValue(null))
            .OfType<ErrorCode>()
            .OrderBy(code => code.Code, StringComparer.Ordinal)]);

    /// <summary>Every code, ordered by code.</summary>
    public static IReadOnlyList<ErrorCode> All => Codes.Value;
}
