using System.Collections.Frozen;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Reeve.Tests.Architecture;

/// <summary>What the source may not say, and how its names are made; each rule takes a compiled project.</summary>
internal static partial class WordRules
{
    // Words of domains, which belong to packs. "claim" alone is not among them: a worker claims work, a token holds claims.
    private static readonly FrozenSet<string> DomainWords = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "trade", "trades", "trader", "settlement", "settlements", "counterparty", "counterparties", "isin", "cusip", "custodian", "brokerage",
        "invoice", "invoices", "loan", "loans", "mortgage", "mortgages", "borrower", "creditor", "debtor",
        "patient", "patients", "diagnosis", "physician", "claimant", "claimants", "policyholder", "insurer", "insured",
        "shipment", "shipments", "passenger", "merchant", "merchants", "chargeback", "chargebacks");

    private static readonly string[] EmptySuffixes = ["Manager", "Helper", "Helpers", "Util", "Utils"];

    /// <summary>No domain word in an identifier, a string or a comment: a new domain is a pack.</summary>
    public static IEnumerable<string> DomainWordsIn(CompiledProject project) =>
        from tree in project.Trees
        from word in Words(tree.GetText().ToString())
        where DomainWords.Contains(word.Value)
        select $"{tree.FilePath} says \"{word.Value}\" on line {tree.GetText().Lines.GetLinePosition(word.Index).Line + 1}.";

    /// <summary>A type is named by what it does; <c>Exception</c> ends the names of what is thrown alone.</summary>
    public static IEnumerable<string> TypeNames(CompiledProject project)
    {
        foreach (INamedTypeSymbol type in project.Compilation.GetSymbolsWithName(_ => true, SymbolFilter.Type).OfType<INamedTypeSymbol>())
        {
            if (EmptySuffixes.Any(suffix => type.Name.EndsWith(suffix, StringComparison.Ordinal)))
            {
                yield return $"{type.ToDisplayString()} has a name that says nothing.";
            }

            if (type.Name.EndsWith("Exception", StringComparison.Ordinal) && !IsThrown(type))
            {
                yield return $"{type.ToDisplayString()} is not thrown: its name must not end in Exception.";
            }
        }
    }

    /// <summary>A namespace is its folder.</summary>
    public static IEnumerable<string> Namespaces(CompiledProject project) =>
        from tree in project.Trees
        let folders = tree.FilePath.Split('/')[2..^1]
        let expected = string.Join('.', folders.Prepend(project.Name))
        from declared in tree.GetRoot().DescendantNodes().OfType<BaseNamespaceDeclarationSyntax>()
        where declared.Name.ToString() != expected
        select $"{tree.FilePath} declares {declared.Name}, not {expected}.";

    /// <summary>Nothing unfinished.</summary>
    public static IEnumerable<string> Unfinished(CompiledProject project) =>
        from tree in project.Trees
        from token in tree.GetRoot().DescendantTokens()
        where token.IsKind(SyntaxKind.IdentifierToken) && token.ValueText == "NotImplementedException"
        select $"{CompiledProject.PlaceOf(token.Parent!)} is not finished.";

    private static bool IsThrown(INamedTypeSymbol type)
    {
        INamedTypeSymbol? at = type;
        while (at is not null && at.ToDisplayString() != "System.Exception")
        {
            at = at.BaseType;
        }

        return at is not null;
    }

    // tradeId, TradeId and trade_id hold the word; "trade-off" does not.
    private static IEnumerable<Match> Words(string text) => Word().Matches(text).Where(word => !text.AsSpan(word.Index).StartsWith("trade-off"));

    [GeneratedRegex("[A-Z]?[a-z]+|[A-Z]+(?![a-z])", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Word();
}
