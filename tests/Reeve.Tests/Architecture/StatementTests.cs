using Reeve.Storage.Databases;

namespace Reeve.Tests.Architecture;

/// <summary>No statement of a store forgets its tenant.</summary>
public sealed class StatementTests
{
    [Fact]
    public void Every_statement_is_bound_to_its_tenant_or_says_that_it_is_not()
    {
        DeclaredStatement[] all = [.. StatementRule.DeclaredIn(typeof(Statement).Assembly)];

        all.ShouldNotBeEmpty();
        StatementRule.WithoutTenant(all).ShouldBeEmpty();
    }

    [Fact]
    public void Every_statement_is_declared_where_it_is_found_and_says_why_it_sees_every_tenant() =>
        CompiledProject.Ours.Where(project => project.Name is "Reeve.Storage" or "Reeve.Server" or "Reeve").SelectMany(StatementRule.Misdeclared).ShouldBeEmpty();

    [Theory]
    [InlineData("select * from events")]
    [InlineData("select * from events where slot = @slot")]
    [InlineData("select @tenant, * from events")]
    [InlineData("select * from events where tenant_id = @other")]
    [InlineData("select * from events where tenant_id <> @tenant")]
    [InlineData("select * from events -- where tenant_id = @tenant")]
    [InlineData("select * from events /* where tenant_id = @tenant */")]
    [InlineData("select * from events where type = 'tenant_id = @tenant'")]
    [InlineData("select * from events where tenant_id = @tenants")]
    [InlineData("insert into runs (run_id, kind) values (@run, @tenant)")]
    [InlineData("insert into runs (tenant_id, run_id) values (@other, @run)")]
    [InlineData("update runs set kind = @kind where run_id = @run")]
    [InlineData("delete from runs")]
    public void A_statement_without_its_tenant_is_found(string sql) => StatementRule.WithoutTenant([new("Planted", new Statement(sql))]).ShouldHaveSingleItem();

    [Theory]
    [InlineData("select * from events where tenant_id = @tenant")]
    [InlineData("select * from events e where e.tenant_id=@tenant and e.slot = @slot")]
    [InlineData("select * from events e where @tenant = e.tenant_id")]
    [InlineData("INSERT INTO runs (run_id, tenant_id) VALUES (@run, @tenant) ON CONFLICT DO NOTHING")]
    [InlineData("insert into runs as r\n    (tenant_id, run_id)\nselect @tenant, x from unnest(@runs) x")]
    public void A_statement_with_its_tenant_passes(string sql) => StatementRule.WithoutTenant([new("Planted", new Statement(sql))]).ShouldBeEmpty();

    [Fact]
    public void Each_dialect_is_read()
    {
        const string Bound = "select 1 from runs where tenant_id = @tenant";

        StatementRule.WithoutTenant([new("Planted", new Statement(Bound, "select 1 from runs"))]).ShouldHaveSingleItem();
        StatementRule.WithoutTenant([new("Planted", new Statement("select 1 from runs", Bound))]).ShouldHaveSingleItem();
        StatementRule.WithoutTenant([new("Planted", new Statement("select 1 from runs") { AcrossTenants = true })]).ShouldBeEmpty();
    }

    [Fact]
    public void Statements_are_found_in_private_nested_classes_alone_and_in_collections() =>
        StatementRule.DeclaredIn(typeof(StatementTests).Assembly).Select(declared => declared.Statement.Postgres).Where(sql => sql.StartsWith("planted", StringComparison.Ordinal)).Order()
            .ShouldBe(["planted alone", "planted in a list", "planted in a map"]);

    [Theory]
    [InlineData("private static class Sql { internal static readonly Statement S = new(\"x\"); }", 0)]
    [InlineData("private static class Sql {\n // Across tenants: a reason.\n internal static readonly Statement S = new(\"x\") { AcrossTenants = true }; }", 0)]
    [InlineData("private static class Sql { internal static readonly Statement S = new(\"x\") { AcrossTenants = true }; }", 1)]
    [InlineData("private static class Sql {\n // It is quick.\n internal static readonly Statement S = new(\"x\") { AcrossTenants = true }; }", 1)]
    [InlineData("private static readonly Statement S = new(\"x\");", 1)]
    [InlineData("private static class Sql { internal static Statement Make() => new(\"x\"); }", 1)]
    [InlineData("private static void Go() { Statement s = new(\"x\"); }", 1)]
    [InlineData("private static void Go(Statement s) { Statement t = s with { AcrossTenants = true }; }", 1)]
    public void A_statement_that_reflection_would_miss_or_that_gives_no_reason_is_found(string members, int findings)
    {
        string text = $"using Reeve.Storage.Databases; namespace Reeve.Storage.Planted; public static class Planted {{ {members} }}";

        StatementRule.Misdeclared(CompiledProject.Of("Reeve.Storage.Planted", [new SourceFile("Reeve.Storage", "src/Reeve.Storage/Planted/Planted.cs", text)])).Count().ShouldBe(findings);
    }

    private static class Sql
    {
        internal static readonly Statement Alone = new("planted alone");
        internal static readonly Statement[] Many = [new("planted in a list")];
        internal static readonly Dictionary<string, Statement> ByName = new() { ["one"] = new("planted in a map") };
    }
}
