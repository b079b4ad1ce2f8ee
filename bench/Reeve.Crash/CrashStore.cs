using System.Data.Common;
using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Reeve.Benchmarks;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Engine.PackVersions;
using Reeve.Governance.Access;
using Reeve.Governance.Identity;
using Reeve.Governance.Tenants;
using Reeve.Server.Hosting;
using Reeve.Storage.Databases;
using Reeve.Storage.Migrations;

namespace Reeve.Crash;

/// <summary>The store of one round: empty at first, with tenants, packs and keys. Gone when the round is over, unless it is kept.</summary>
internal sealed class CrashStore : IAsyncDisposable
{
    private const string OwnerRole = "reeve_crash_owner";
    private const string NodeRole = "reeve_crash_node";
    private const int Tenants = 4;

    private static readonly Principal Actor = new(PrincipalKind.Service, "local:crash", "crash", [Roles.Platform]);

    private readonly string? database;
    private readonly string? superuser;

    private CrashStore(string folder, string node, string? superuser, string? database)
    {
        Folder = folder;
        Node = node;
        KeyFile = Path.Combine(folder, "master.key");
        this.superuser = superuser;
        this.database = database;
    }

    /// <summary>Where nodes work, with the master key and, on a file, the store.</summary>
    internal string Folder { get; }

    /// <summary>Its address for a node.</summary>
    internal string Node { get; }

    internal string KeyFile { get; }

    /// <summary>The tenants, with a key that sends and reads.</summary>
    internal IReadOnlyList<(string Tenant, string Key)> Keys { get; private set; } = [];

    internal bool IsKept { get; set; }

    internal bool IsFile => superuser is null;

    /// <summary>What it is called where its remains are to be found.</summary>
    internal string Place => IsFile ? Folder : $"database {database}";

    /// <summary>Makes one.</summary>
    /// <param name="options">Where.</param>
    /// <param name="superuser">Of the server; null on a file.</param>
    /// <param name="seed">Of the round: names what is kept.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal static async Task<CrashStore> CreateAsync(CrashOptions options, string? superuser, int seed, CancellationToken cancellationToken)
    {
        string unique = $"{seed}_{Guid.NewGuid().ToString("N")[..8]}";
        string folder = options.IsFile ? Path.Combine(Path.GetFullPath(options.Store["sqlite:".Length..]), "round_" + unique) : Path.Combine(Path.GetTempPath(), "reeve_crash_" + unique);
        Directory.CreateDirectory(folder);
        CrashStore store = superuser is null
            ? new CrashStore(folder, "sqlite:" + Path.Combine(folder, "reeve.db"), null, null)
            : await OnServerAsync(folder, superuser, "reeve_crash_" + unique, cancellationToken);
        try
        {
            await File.WriteAllBytesAsync(store.KeyFile, RandomNumberGenerator.GetBytes(32), cancellationToken);
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(store.KeyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }

            await store.PrepareAsync(cancellationToken);
            return store;
        }
        catch
        {
            await store.DisposeAsync();
            throw;
        }
    }

    /// <summary>Reads one number past every role and policy, as no door of the product does.</summary>
    internal async Task<long> NumberAsync(string sql, CancellationToken cancellationToken)
    {
        await using DbConnection connection = IsFile
            ? new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Node["sqlite:".Length..], Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ConnectionString)
            : new NpgsqlConnection(Within(database!)); // not null: it is on a server
        await connection.OpenAsync(cancellationToken);
        await using DbCommand command = connection.CreateCommand();
        command.CommandText = sql;
        return Convert.ToInt64(await command.ExecuteScalarAsync(cancellationToken), System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>Has the server cut the connections of every node, whatever they are doing.</summary>
    internal Task<long> CutAsync(CancellationToken cancellationToken) => NumberAsync(
        $"select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = '{database}' and usename = '{NodeRole}'", cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (IsKept)
        {
            return;
        }

        if (superuser is not null)
        {
            await ExecuteAsync(superuser, $"drop database if exists {database} with (force)", CancellationToken.None);
        }

        Directory.Delete(Folder, recursive: true);
    }

    private static async Task<CrashStore> OnServerAsync(string folder, string superuser, string name, CancellationToken cancellationToken)
    {
        string? password = new NpgsqlConnectionStringBuilder(superuser).Password;
        string secret = string.IsNullOrEmpty(password) ? "" : $" password '{password.Replace("'", "''", StringComparison.Ordinal)}'";
        await ExecuteAsync(superuser, $"""
            do $do$ begin
                if not exists (select from pg_roles where rolname = '{OwnerRole}') then
                    create role {OwnerRole} login createrole{secret};
                    create role {NodeRole} login noinherit{secret};
                end if;
            end $do$
            """, cancellationToken);
        await ExecuteAsync(superuser, $"create database {name} template template0 encoding 'UTF8' owner {OwnerRole}", cancellationToken);
        (await new Migrator(Product.Version, TimeProvider.System).MigrateAsync(StoreAddress.Parse(As(superuser, name, OwnerRole), "/"), NodeRole, cancellationToken)).OrThrow();
        return new CrashStore(folder, As(superuser, name, NodeRole), superuser, name);
    }

    private static string As(string superuser, string database, string role) =>
        "postgres:" + new NpgsqlConnectionStringBuilder(superuser) { Database = database, Username = role, Pooling = true }.ConnectionString;

    private static async Task ExecuteAsync(string connection, string sql, CancellationToken cancellationToken)
    {
        await using NpgsqlConnection open = new(new NpgsqlConnectionStringBuilder(connection) { Pooling = false }.ConnectionString);
        await open.OpenAsync(cancellationToken);
        await using NpgsqlCommand command = new(sql, open);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private string Within(string name) => new NpgsqlConnectionStringBuilder(superuser) { Database = name, Pooling = false }.ConnectionString;

    private async Task PrepareAsync(CancellationToken cancellationToken)
    {
        await using StoreSession session = await StoreSession.OpenAsync(
            StoreAddress.Parse(Node, "/"), new StoreSessionOptions { SlotLease = TimeSpan.FromSeconds(3) }, NullLoggerFactory.Instance, cancellationToken);
        List<(string, string)> keys = [];
        foreach (TenantId tenant in Enumerable.Range(0, Tenants).Select(i => new TenantId($"CRASH-{i}")))
        {
            await session.Tenants.CreateAsync(tenant, null, AutomationMode.Shadow, Actor, cancellationToken);
            StoredPack pack = await session.Packs.StoreAsync(tenant, BenchPack.Json(BenchPack.Domain()), Actor, cancellationToken);
            StoredPack policy = await session.Packs.StoreAsync(tenant, BenchPack.Json(BenchPack.Policy(tenant.Value)), Actor, cancellationToken);
            await session.Packs.ActivateAsync(tenant, [pack.Key, policy.Key], Actor, cancellationToken);
            (_, string key) = await session.Keys.CreateAsync(new KeyRequest(tenant, PrincipalKind.Service, "crash", [Roles.Operator], null), Actor, cancellationToken);
            keys.Add((tenant.Value, key));
        }

        Keys = keys;
    }
}
