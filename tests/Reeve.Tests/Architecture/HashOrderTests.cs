namespace Reeve.Tests.Architecture;

/// <summary>Core and Engine give the same answer in every process, so no hash order reaches it.</summary>
public sealed class HashOrderTests
{
    [Fact]
    public void Core_and_Engine_enumerate_nothing_in_hash_order() =>
        CompiledProject.Ours.Where(project => project.Name is "Reeve.Core" or "Reeve.Engine").SelectMany(HashOrderRule.Check).ShouldBeEmpty();

    [Theory]
    [InlineData("foreach (var pair in map) { }")]
    [InlineData("foreach (var (key, value) in map) { }")]
    [InlineData("foreach (var item in set) { }")]
    [InlineData("foreach (var key in map.Keys) { }")]
    [InlineData("foreach (var pair in view) { }")]
    [InlineData("foreach (var key in view.Keys.Where(key => key.Length > 1)) { }")]
    [InlineData("var made = map.Select(pair => pair.Key).ToList();")]
    [InlineData("var array = set.ToArray();")]
    [InlineData("var text = string.Join(',', set);")]
    [InlineData("int[] copy = [.. set];")]
    [InlineData("IEnumerable<int> later = set;")]
    [InlineData("var made = new List<int>(set);")]
    [InlineData("var first = frozen.First();")]
    [InlineData("foreach (var pair in shared) { }")]
    public void Enumeration_in_hash_order_is_found(string statement) => Check(statement).ShouldHaveSingleItem();

    [Theory]
    [InlineData("foreach (var pair in map.OrderBy(pair => pair.Key, StringComparer.Ordinal)) { }")]
    [InlineData("foreach (var item in set.Order()) { }")]
    [InlineData("bool any = set.Any(item => item > 1) || map.Count == 0 || view.ContainsKey(\"a\");")]
    [InlineData("var copy = new HashSet<int>(set); copy.UnionWith(set);")]
    [InlineData("var copy = new Dictionary<string, int>(map);")]
    [InlineData("IReadOnlyDictionary<string, int> same = map;")]
    [InlineData("foreach (var item in new SortedSet<int>(set)) { }")]
    [InlineData("foreach (var key in sorted.Keys) { }")]
    [InlineData("foreach (var item in list) { }")]
    public void What_order_cannot_reach_is_allowed(string statement) => Check(statement).ShouldBeEmpty();

    private static List<string> Check(string statement)
    {
        string text = $$"""
            using System.Collections.Concurrent;
            using System.Collections.Frozen;
            namespace Reeve.Core.Sample;
            public static class Sample
            {
                public static void Go(Dictionary<string, int> map, HashSet<int> set, IReadOnlyDictionary<string, int> view, FrozenSet<int> frozen,
                    ConcurrentDictionary<int, int> shared, SortedDictionary<string, int> sorted, List<int> list)
                {
                    {{statement}}
                }
            }
            """;
        CompiledProject project = CompiledProject.Of("Reeve.Core", [new SourceFile("Reeve.Core", "src/Reeve.Core/Sample/Sample.cs", text)]);
        project.Compilation.GetDiagnostics().Where(found => found.Severity == Microsoft.CodeAnalysis.DiagnosticSeverity.Error).ShouldBeEmpty();
        return [.. HashOrderRule.Check(project)];
    }
}
