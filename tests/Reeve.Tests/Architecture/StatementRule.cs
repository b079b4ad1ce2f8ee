using System.Collections;
using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Reeve.Storage.Databases;

namespace Reeve.Tests.Architecture;

/// <summary>A statement and where it is declared.</summary>
internal sealed record DeclaredStatement(string Place, Statement Statement);

/// <summary>
/// Every statement is bound to one tenant, or says that it is not and why. Statements are found by reflection, so they are declared
/// where reflection finds them: in static fields of a class named <c>…Sql</c>.
/// </summary>
internal static partial class StatementRule
{
    private const BindingFlags Static = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    /// <summary>Every statement that a static field of an assembly holds, alone or in a collection.</summary>
    public static IEnumerable<DeclaredStatement> DeclaredIn(Assembly assembly) =>
        from type in assembly.GetTypes()
        where !type.ContainsGenericParameters
        from field in type.GetFields(Static)
        where !field.IsLiteral
        from statement in StatementsOf(field)
        select new DeclaredStatement($"{type.FullName}.{field.Name}", statement);

    /// <summary>What is wrong with statements that are not declared to see every tenant.</summary>
    public static IEnumerable<string> WithoutTenant(IEnumerable<DeclaredStatement> statements) =>
        from declared in statements
        from text in new[] { declared.Statement.Postgres, declared.Statement.Sqlite }.Distinct()
        where text.Length > 0 && !declared.Statement.AcrossTenants && !IsBound(text)
        select $"{declared.Place} neither filters by @tenant nor is AcrossTenants: {text.Split('\n')[0]}";

    /// <summary>Statements that reflection would not find, and those across tenants that do not say why.</summary>
    public static IEnumerable<string> Misdeclared(CompiledProject project)
    {
        foreach (SyntaxTree tree in project.Trees)
        {
            SemanticModel model = project.Compilation.GetSemanticModel(tree);
            foreach (ExpressionSyntax made in tree.GetRoot().DescendantNodes().OfType<ExpressionSyntax>())
            {
                if (made is not (BaseObjectCreationExpressionSyntax or WithExpressionSyntax) || model.GetTypeInfo(made).Type?.Name != nameof(Statement)
                    || tree.FilePath.EndsWith("/Statement.cs", StringComparison.Ordinal))
                {
                    continue;
                }

                FieldDeclarationSyntax? field = made.FirstAncestorOrSelf<FieldDeclarationSyntax>();
                if (field is null || !field.Modifiers.Any(SyntaxKind.StaticKeyword) || field.FirstAncestorOrSelf<ClassDeclarationSyntax>()?.Identifier.ValueText.EndsWith("Sql", StringComparison.Ordinal) != true)
                {
                    yield return $"{CompiledProject.PlaceOf(made)} makes a statement outside a static field of a class named …Sql.";
                }
                else if (made.ToString().Contains(nameof(Statement.AcrossTenants), StringComparison.Ordinal) && !IsExplained(field))
                {
                    yield return $"{CompiledProject.PlaceOf(made)} sees every tenant and no comment above says why.";
                }
            }
        }
    }

    private static IEnumerable<Statement> StatementsOf(FieldInfo field) => field.GetValue(null) switch
    {
        Statement one => [one],
        IDictionary map => map.Values.OfType<Statement>(),
        string => [],
        IEnumerable many when typeof(IEnumerable<Statement>).IsAssignableFrom(field.FieldType) => many.OfType<Statement>(),
        _ => [],
    };

    // In a filter (tenant_id = @tenant, of any alias), or given to the column of an insert.
    private static bool IsBound(string sql)
    {
        string text = Comments().Replace(sql, " ");
        return Filter().IsMatch(text) || (Insert().Match(text) is { Success: true } insert && insert.Groups["columns"].Value.Split(',').Any(column => column.Trim() == "tenant_id"));
    }

    // A comment that speaks of tenants, above the field, above one before it, or above a class around them.
    private static bool IsExplained(FieldDeclarationSyntax field)
    {
        ClassDeclarationSyntax type = field.FirstAncestorOrSelf<ClassDeclarationSyntax>()!;
        return type.Members.TakeWhile(member => member != field).Append(field).Concat<SyntaxNode>(field.Ancestors().OfType<ClassDeclarationSyntax>())
            .SelectMany(node => node.GetLeadingTrivia())
            .Any(trivia => !trivia.IsKind(SyntaxKind.WhitespaceTrivia) && trivia.ToFullString().Contains("tenant", StringComparison.OrdinalIgnoreCase));
    }

    [GeneratedRegex(@"\btenant_id\s*=\s*@tenant\b|@tenant\b\s*=\s*(\w+\.)?tenant_id\b", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Filter();

    [GeneratedRegex(@"\binsert\s+into\s+\w+(\s+as\s+\w+)?\s*\((?<columns>[^)]*)\)(?=.*@tenant\b)", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.Singleline, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Insert();

    [GeneratedRegex(@"--[^\n]*|/\*.*?\*/|'[^']*'", RegexOptions.Singleline, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Comments();
}
