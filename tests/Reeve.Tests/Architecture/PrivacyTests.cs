namespace Reeve.Tests.Architecture;

/// <summary>What is internal stays in its folder, though the compiler would let the whole assembly use it.</summary>
public sealed class PrivacyTests
{
    private const string Owner = """
        namespace Reeve.Core.Alpha;
        internal sealed class Hidden { public static int Count; }
        public sealed class Open { internal static void Tune() { } public static void Use() { } }
        """;

    [Fact]
    public void Internal_types_and_members_are_used_in_their_own_folder_only() =>
        CompiledProject.Ours.SelectMany(PrivacyRule.Check).ShouldBeEmpty();

    [Fact]
    public void Every_name_in_the_source_means_something()
    {
        // CS0246, CS0234: with a reference missing, the rules of this folder would see nothing and pass.
        CompiledProject.Ours
            .SelectMany(project => project.Compilation.GetDiagnostics())
            .Where(found => found.Id is "CS0246" or "CS0234")
            .ShouldBeEmpty();
    }

    [Theory]
    [InlineData("Hidden? x = null;", 1)]
    [InlineData("int n = Hidden.Count;", 2)]
    [InlineData("Open.Tune();", 1)]
    [InlineData("Open.Use();", 0)]
    public void A_use_from_another_folder_is_found(string statement, int uses)
    {
        string text = $"using Reeve.Core.Alpha; namespace Reeve.Core.Beta; public static class User {{ public static void Go() {{ {statement} }} }}";

        PrivacyRule.Check(Compiled(("Alpha/Owner.cs", Owner), ("Beta/User.cs", text))).Count().ShouldBe(uses);
    }

    [Fact]
    public void A_sub_folder_is_the_same_folder()
    {
        string text = "namespace Reeve.Core.Alpha.Inner; public static class User { public static int Go() => Hidden.Count; }";

        PrivacyRule.Check(Compiled(("Alpha/Owner.cs", Owner), ("Alpha/Inner/User.cs", text))).ShouldBeEmpty();
    }

    private static CompiledProject Compiled(params (string Path, string Text)[] files) =>
        CompiledProject.Of("Reeve.Core", files.Select(file => new SourceFile("Reeve.Core", "src/Reeve.Core/" + file.Path, file.Text)));
}
