using Reeve.Core.Errors;
using Reeve.Storage.Databases;
using Reeve.Storage.Migrations;
using Reeve.Testing.Databases;

namespace Reeve.IntegrationTests.Storage.Migrations;

/// <summary>A node's role is bound by row-level security whatever it does, and one that is not is refused by name of the reason.</summary>
public sealed class NodeRoleTests
{
    private const string NoMember = "It is not a member of reeve_app, reeve_engine and reeve_eraser.";
    private const string Inherits = "It inherits from one of reeve_app, reeve_engine and reeve_eraser.";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_node_s_role_is_accepted()
    {
        await using PostgresStore store = await PostgresStore.CreateAsync();

        await NodeRole.CheckAsync((PostgresDatabase)store.Database, Token);
    }

    [Fact]
    public async Task Only_who_was_granted_it_may_connect_to_a_migrated_database()
    {
        await using PostgresStore store = await PostgresStore.CreateEmptyAsync();

        (await new Migrator("1", TimeProvider.System).MigrateAsync(store.Owner, PostgresStore.NodeRole, Token)).OrThrow();

        (await store.QueryAsync("select has_database_privilege('public', current_database(), 'CONNECT')")).ShouldBe([[false]]);
        await NodeRole.CheckAsync((PostgresDatabase)store.Database, Token);
    }

    [Fact]
    public Task Superuser_owner_and_bystander_are_refused() => WithRole("login", async (store, role) =>
    {
        (await Reasons(store, store.Superuser)).ShouldBe(["It is a superuser."]);
        (await Reasons(store, store.Owner)).ShouldBe(
            ["It owns the database, or can become its owner.", "It owns tables or functions of the store, or can become their owner.", NoMember]);
        (await Reasons(store, store.As(role))).ShouldBe([NoMember]);
    });

    [Theory]
    [InlineData("login noinherit bypassrls", "grant reeve_app, reeve_engine, reeve_eraser to {0}", "It has BYPASSRLS.")]
    [InlineData("login inherit", "grant reeve_app, reeve_engine, reeve_eraser to {0}", Inherits)]
    [InlineData("login noinherit", "grant reeve_app, reeve_engine to {0}", NoMember)]
    [InlineData("login noinherit", "grant reeve_app, reeve_engine, reeve_eraser, " + PostgresStore.OwnerRole + " to {0}",
        "It owns the database, or can become its owner.|It owns tables or functions of the store, or can become their owner.")]
    [InlineData("login noinherit", "grant reeve_app, reeve_engine, reeve_eraser to {0}; create role {0}_over bypassrls; grant {0}_over to {0}",
        "It can become a role that is a superuser or has BYPASSRLS.")]
    [InlineData("login noinherit", "grant reeve_app, reeve_engine, reeve_eraser to {0}; alter table tenants owner to {0}",
        "It owns tables or functions of the store, or can become their owner.")]
    [InlineData("login noinherit", "grant reeve_app, reeve_engine, reeve_eraser to {0}; alter function key_by_id(uuid) owner to {0}",
        "It owns tables or functions of the store, or can become their owner.")]
    public Task A_role_that_policies_may_not_bind_is_refused_for_each_reason(string options, string grants, string reasons) => WithRole(options, async (store, role) =>
    {
        await store.ExecuteAsync(string.Format(grants, role));

        (await Reasons(store, store.As(role))).ShouldBe(reasons.Split('|'));
        await using PostgresDatabase database = new(store.As(role));
        ReeveException refused = await Should.ThrowAsync<ReeveException>(() => NodeRole.CheckAsync(database, Token));
        refused.Error.Kind.ShouldBe(ErrorCatalogue.Storage.UnsafeRole);
        refused.Error.Message.ShouldBe(reasons.Replace('|', ' '));
    });

    [Fact]
    public Task An_existing_role_is_made_a_node_s_and_again_without_harm() => WithRole("login inherit", async (store, role) =>
    {
        Migrator migrator = new("1", TimeProvider.System);

        (await migrator.MigrateAsync(store.Owner, role, Token)).GrantedTo.ShouldBe(role);
        (await migrator.MigrateAsync(store.Owner, role, Token)).GrantedTo.ShouldBe(role);

        (await Reasons(store, store.As(role))).ShouldBeEmpty();
    });

    [Theory]
    [InlineData("login superuser", "It is a superuser.")]
    [InlineData("login bypassrls", "It has BYPASSRLS.")]
    [InlineData("nologin", "It cannot log in.")]
    public Task A_role_that_must_not_be_a_node_s_is_not_made_one(string options, string reason) => WithRole(options, async (store, role) =>
    {
        ReeveException refused = await Should.ThrowAsync<ReeveException>(() => new Migrator("1", TimeProvider.System).MigrateAsync(store.Owner, role, Token));

        (refused.Error.Kind, refused.Error.Message).ShouldBe((ErrorCatalogue.Storage.UnsafeRole, reason));
        (await store.ScalarAsync($"select count(*) from pg_auth_members where member = '{role}'::regrole")).ShouldBe(0L);
    });

    [Theory]
    [InlineData("no_such_role", "There is no such role.")]
    [InlineData("x\"; drop table tenants; --", "There is no such role.")]
    [InlineData(PostgresStore.OwnerRole, "It owns the database, or can become its owner. It owns tables or functions of the store, or can become their owner.")]
    public async Task Neither_a_missing_role_nor_the_owner_is_made_a_node_s(string role, string reasons)
    {
        await using PostgresStore store = await PostgresStore.CreateAsync();

        (await Should.ThrowAsync<ReeveException>(() => new Migrator("1", TimeProvider.System).MigrateAsync(store.Owner, role, Token))).Error.Message.ShouldBe(reasons);
        (await store.ScalarAsync("select count(*) from tenants")).ShouldBe(0L);
    }

    [Fact]
    public Task An_owner_that_may_not_grant_is_told_so() => WithRole("login", async (store, role) =>
    {
        string weak = role + "_over";
        await store.ExecuteAsync($"create role {weak} login");

        (await Should.ThrowAsync<ReeveException>(() => new Migrator("1", TimeProvider.System).MigrateAsync(store.As(weak), role, Token)))
            .Error.Kind.ShouldBe(ErrorCatalogue.Storage.UnsafeRole);
    });

    [Fact]
    public async Task A_file_has_no_roles_to_grant_to()
    {
        await using SqliteFile file = SqliteFile.CreateEmpty();

        await Should.ThrowAsync<ReeveException>(() => new Migrator("1", TimeProvider.System).MigrateAsync(file.Node, "anyone", Token));
        File.Exists(file.Path).ShouldBeFalse();
    }

    private static async Task<IReadOnlyList<string>> Reasons(PostgresStore store, StoreAddress address)
    {
        await using PostgresDatabase database = new(address);
        return await NodeRole.ReasonsAsync(database, Token);
    }

    // Roles belong to the cluster, so they have names of their own and go with the test.
    private static async Task WithRole(string options, Func<PostgresStore, string, Task> test)
    {
        await using PostgresStore store = await PostgresStore.CreateAsync();
        string role = "reeve_test_" + Guid.NewGuid().ToString("N")[..12];
        await store.ExecuteAsync($"create role {role} {options}");
        try
        {
            await test(store, role);
        }
        finally
        {
            await store.ExecuteAsync($"reassign owned by {role} to {PostgresStore.OwnerRole}; drop owned by {role}; drop role if exists {role}_over; drop role {role}");
        }
    }
}
