using System.Data.Common;
using Npgsql;
using Reeve.Core.Errors;
using Reeve.Storage.Databases;

namespace Reeve.Storage.Migrations;

/// <summary>
/// The login role of a node on PostgreSQL. It must be bound by row-level security whatever it does, so it may neither be nor become
/// a superuser, an owner or a role with BYPASSRLS, and has the rights of the three roles only while it takes one on.
/// </summary>
public static class NodeRole
{
    /// <summary>Why the role that a node logs in as is not safe; empty when it is.</summary>
    /// <exception cref="ReeveException">STORE-002 and the like.</exception>
    public static async Task<IReadOnlyList<string>> ReasonsAsync(PostgresDatabase database, CancellationToken cancellationToken)
    {
        await using NpgsqlConnection connection = await database.OpenAsync(cancellationToken);
        try
        {
            return await ReasonsAsync(connection, role: null, cancellationToken);
        }
        catch (DbException fault)
        {
            throw StoreFaults.Of(fault, database.Address);
        }
    }

    /// <summary>Refuses a role that is not safe.</summary>
    /// <exception cref="ReeveException">STORE-007, with every reason.</exception>
    public static async Task CheckAsync(PostgresDatabase database, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> reasons = await ReasonsAsync(database, cancellationToken);
        if (reasons.Count > 0)
        {
            throw Unsafe(reasons, database.Address.Masked);
        }
    }

    /// <summary>Makes an existing login role a NOINHERIT member of the three roles.</summary>
    internal static async Task GrantAsync(NpgsqlConnection connection, string role, CancellationToken cancellationToken)
    {
        object? found = await ScalarAsync(connection, Sql.CanLogin, role, cancellationToken);
        if (found is not true)
        {
            throw Unsafe([found is null ? "There is no such role." : "It cannot log in."], role);
        }

        // What this grants is not asked for yet; everything else must hold before.
        IReadOnlyList<string> reasons = [.. (await ReasonsAsync(connection, role, cancellationToken)).Where(reason => !Granted.Contains(reason))];
        if (reasons.Count > 0)
        {
            throw Unsafe(reasons, role);
        }

        // From release 16 on, whether a membership inherits is a property of the membership.
        string options = connection.PostgreSqlVersion.Major >= 16 ? " with inherit false, set true" : "";
        string name = (string)(await ScalarAsync(connection, Sql.Quote, role, cancellationToken))!;
        string here = (string)(await ScalarAsync(connection, Sql.Quote, connection.Database, cancellationToken))!;
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using NpgsqlCommand grant = new(
            $"alter role {name} noinherit; grant reeve_app, reeve_engine, reeve_eraser to {name}{options}; grant connect on database {here} to {name}", connection);
        await grant.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private const string Inherits = "It inherits from one of reeve_app, reeve_engine and reeve_eraser.";
    private const string NoMember = "It is not a member of reeve_app, reeve_engine and reeve_eraser.";
    private static readonly string[] Granted = [Inherits, NoMember];

    private static async Task<IReadOnlyList<string>> ReasonsAsync(NpgsqlConnection connection, string? role, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = new(Sql.Findings, connection) { Parameters = { new NpgsqlParameter { Value = (object?)role ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text } } };
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        string[] reasons =
        [
            "It is a superuser.",
            "It has BYPASSRLS.",
            "It can become a role that is a superuser or has BYPASSRLS.",
            "It owns the database, or can become its owner.",
            "It owns tables or functions of the store, or can become their owner.",
            Inherits,
            NoMember,
        ];
        return [.. reasons.Where((_, at) => reader.GetBoolean(at))];
    }

    private static async Task<object?> ScalarAsync(NpgsqlConnection connection, string sql, string value, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = new(sql, connection) { Parameters = { new NpgsqlParameter { Value = value } } };
        return await command.ExecuteScalarAsync(cancellationToken);
    }

    private static ReeveException Unsafe(IReadOnlyList<string> reasons, string subject) =>
        new(new ReeveError(ErrorCatalogue.Storage.UnsafeRole, string.Join(' ', reasons), subject));

    private static class Sql
    {
        internal const string CanLogin = "select rolcanlogin from pg_catalog.pg_roles where rolname = $1";

        internal const string Quote = "select quote_ident($1)";

        // One column per reason, in their order; of the role that logged in when $1 is null. MEMBER: may take the role on; USAGE: has
        // its rights without doing so. A superuser is a member of every role, which is said once, by the first column.
        internal const string Findings = """
            with node as (
                select oid, rolsuper, rolbypassrls from pg_catalog.pg_roles where rolname = coalesce($1, session_user)
            ), ours(name) as (
                values ('reeve_app'), ('reeve_engine'), ('reeve_eraser')
            )
            select
                rolsuper,
                rolbypassrls and not rolsuper,
                not rolsuper and exists (
                    select from pg_catalog.pg_roles other
                    where other.oid <> node.oid and (other.rolsuper or other.rolbypassrls) and pg_has_role(node.oid, other.oid, 'MEMBER')),
                not rolsuper and exists (
                    select from pg_catalog.pg_database where datname = current_database() and pg_has_role(node.oid, datdba, 'MEMBER')),
                not rolsuper and (
                    exists (select from pg_catalog.pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v') and pg_has_role(node.oid, relowner, 'MEMBER'))
                    or exists (select from pg_catalog.pg_proc where pronamespace = 'public'::regnamespace and pg_has_role(node.oid, proowner, 'MEMBER'))),
                not rolsuper and exists (
                    select from ours join pg_catalog.pg_roles role on role.rolname = ours.name where pg_has_role(node.oid, role.oid, 'USAGE')),
                not rolsuper and 3 > (
                    select count(*) from ours join pg_catalog.pg_roles role on role.rolname = ours.name where pg_has_role(node.oid, role.oid, 'MEMBER'))
            from node
            """;
    }
}
