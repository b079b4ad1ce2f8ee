using System.Security.Cryptography;
using System.Text;
using Npgsql;
using Reeve.Storage.Databases;
using Reeve.Storage.Migrations;

namespace Reeve.Testing.Databases;

/// <summary>
/// A database of its own on the tests' server. Owner (CREATEROLE, no superuser) and node (a NOINHERIT member of the three roles) are
/// the same for all of them: roles belong to the cluster. A fresh one is a copy of a template that is migrated once per schema.
/// </summary>
public sealed class PostgresStore : TestStore
{
    /// <summary>The role that owns the databases and migrates them.</summary>
    public const string OwnerRole = "reeve_test_owner";

    /// <summary>The role that nodes log in as.</summary>
    public const string NodeRole = "reeve_test_node";

    // Anything that no other test suite on a shared server takes.
    private const string PrepareLock = "select pg_advisory_lock(7264771)";

    private static readonly Lazy<Task<string>> Template = new(PrepareAsync);
    private readonly Lazy<PostgresDatabase> database;
    private readonly string superuser;

    private PostgresStore(string superuser, string name)
    {
        Name = name;
        this.superuser = new NpgsqlConnectionStringBuilder(superuser) { Database = name, Pooling = false }.ConnectionString;
        Superuser = As(null);
        Owner = As(OwnerRole);
        Node = As(NodeRole);
        database = new Lazy<PostgresDatabase>(() => new PostgresDatabase(Node));
    }

    /// <summary>The name of the database.</summary>
    public string Name { get; }

    /// <inheritdoc/>
    public override StoreAddress Node { get; }

    /// <inheritdoc/>
    public override StoreAddress Owner { get; }

    /// <summary>The store as the server's superuser.</summary>
    public StoreAddress Superuser { get; }

    /// <inheritdoc/>
    public override Database Database => database.Value;

    /// <summary>A fresh database at this source's schema; skips the test without a server.</summary>
    public static async Task<PostgresStore> CreateAsync() => await CreateAsync(await PostgresServer.SuperuserAsync(), await Template.Value);

    /// <summary>A fresh database without a schema; skips the test without a server.</summary>
    public static async Task<PostgresStore> CreateEmptyAsync()
    {
        string superuser = await PostgresServer.SuperuserAsync();
        await Template.Value; // makes the roles
        return await CreateAsync(superuser, "template0");
    }

    /// <summary>The address of this database for another role.</summary>
    public StoreAddress As(string? role)
    {
        NpgsqlConnectionStringBuilder builder = new(superuser) { Pooling = true };
        builder.Username = role ?? builder.Username;
        return StoreAddress.Parse("postgres:" + builder.ConnectionString, "/");
    }

    /// <inheritdoc/>
    public override Task ExecuteAsync(string sql) => PostgresServer.ExecuteAsync(superuser, sql);

    /// <inheritdoc/>
    public override async Task<IReadOnlyList<object?[]>> QueryAsync(string sql)
    {
        await using NpgsqlConnection connection = new(superuser);
        await connection.OpenAsync(CancellationToken.None);
        await using NpgsqlCommand command = new(sql, connection);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(CancellationToken.None);
        return await RowsAsync(reader);
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        if (database.IsValueCreated)
        {
            await database.Value.DisposeAsync();
        }

        string server = new NpgsqlConnectionStringBuilder(superuser) { Database = "postgres" }.ConnectionString;
        await PostgresServer.ExecuteAsync(server, $"drop database if exists {Name} with (force)");
    }

    private static async Task<PostgresStore> CreateAsync(string superuser, string template)
    {
        string name = "reeve_test_" + Guid.NewGuid().ToString("N");
        await PostgresServer.ExecuteAsync(superuser, $"create database {name} template {template} owner {OwnerRole}");
        return new PostgresStore(superuser, name);
    }

    // Several test processes may share the server: the first makes the template, the others wait for it.
    private static async Task<string> PrepareAsync()
    {
        string superuser = await PostgresServer.SuperuserAsync();
        string schema = string.Join(' ', Migration.Of(Dialect.Postgres).Select(migration => migration.Checksum));
        string template = "reeve_template_" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(schema)))[..12];
        await using NpgsqlConnection server = new(superuser);
        await server.OpenAsync(CancellationToken.None);
        await RunAsync(server, PrepareLock);
        await RunAsync(server, $"""
            do $$ begin
                if not exists (select from pg_roles where rolname = '{OwnerRole}') then
                    create role {OwnerRole} login createrole;
                    create role {NodeRole} login noinherit;
                end if;
            end $$
            """);
        await using NpgsqlCommand exists = new($"select 1 from pg_database where datname = '{template}'", server);
        if (await exists.ExecuteScalarAsync(CancellationToken.None) is null)
        {
            // Under its last name only when it is whole.
            string making = template + "_making";
            await RunAsync(server, $"drop database if exists {making} with (force)");
            await RunAsync(server, $"create database {making} template template0 owner {OwnerRole}");
            string owner = new NpgsqlConnectionStringBuilder(superuser) { Database = making, Username = OwnerRole }.ConnectionString;
            (await new Migrator("0.0.0-test", TimeProvider.System).MigrateAsync(StoreAddress.Parse("postgres:" + owner, "/"), NodeRole, CancellationToken.None)).OrThrow();
            await RunAsync(server, $"alter database {making} rename to {template}");
        }

        return template;
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using NpgsqlCommand command = new(sql, connection);
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }
}
