using System.Data.Common;
using System.Net.Sockets;
using Microsoft.Data.Sqlite;
using Npgsql;
using Reeve.Core.Errors;

namespace Reeve.Storage.Databases;

/// <summary>
/// What a database's error means to us. Its own words may hold data, so only its code is told; the log has the rest.
/// </summary>
public static class StoreFaults
{
    // https://www.sqlite.org/rescode.html
    private const int Error = 1;
    private const int Busy = 5;
    private const int Locked = 6;
    private const int Interrupt = 9;
    private const int Corrupt = 11;
    private const int CantOpen = 14;
    private const int TooBig = 18;
    private const int Constraint = 19;
    private const int Mismatch = 20;
    private const int NotADatabase = 26;

    /// <summary>The fault that a driver's exception stands for.</summary>
    public static ReeveException Of(DbException fault, StoreAddress address) => fault switch
    {
        SqliteException sqlite => Make(KindOf(sqlite), $"SQLite answered {sqlite.SqliteErrorCode} (extended {sqlite.SqliteExtendedErrorCode}).", address, fault),
        // A partition that is missing is not the fault of what was written.
        PostgresException { SqlState: PostgresErrorCodes.CheckViolation, ConstraintName: null } missing => Make(ErrorCatalogue.Storage.Unwritable, $"PostgreSQL answered {missing.SqlState}.", address, fault),
        PostgresException postgres => Make(KindOf(postgres.SqlState), $"PostgreSQL answered {postgres.SqlState}.", address, fault),
        _ when IsExhausted(fault) => Make(ErrorCatalogue.Storage.Busy, "Every connection of the pool is in use.", address, fault),
        _ when IsConnecting(fault) => Make(ErrorCatalogue.Storage.Unavailable, "No connection could be made.", address, fault),
        _ when fault.InnerException is TimeoutException => Make(ErrorCatalogue.Storage.Busy, "PostgreSQL did not answer in time.", address, fault),
        _ => Make(ErrorCatalogue.Storage.Unavailable, "The connection failed.", address, fault),
    };

    /// <summary>Whether the connection broke while it was used, so that nobody knows what the server did with the last request.</summary>
    public static bool IsBrokenConnection(DbException fault) => fault switch
    {
        // 57P01 to 57P03: the server is told to stop, crashed, or is starting.
        PostgresException postgres => postgres.SqlState is "57P01" or "57P02" or "57P03" || postgres.SqlState.StartsWith("08", StringComparison.Ordinal),
        NpgsqlException => fault.InnerException is IOException && !IsConnecting(fault),
        _ => false,
    };

    private static ErrorCode KindOf(SqliteException fault) => fault.SqliteErrorCode switch
    {
        Busy or Locked or Interrupt => ErrorCatalogue.Storage.Busy,
        CantOpen => ErrorCatalogue.Storage.Unavailable,
        Corrupt or NotADatabase => ErrorCatalogue.Storage.Corrupt,
        TooBig or Constraint or Mismatch => ErrorCatalogue.Storage.Refused,

        // A missing table or column has no code of its own.
        Error when fault.Message.Contains("no such table", StringComparison.Ordinal) || fault.Message.Contains("no such column", StringComparison.Ordinal)
            || fault.Message.Contains("has no column named", StringComparison.Ordinal) => ErrorCatalogue.Storage.NotMigrated,

        // Read-only, no room, a broken disk.
        _ => ErrorCatalogue.Storage.Unwritable,
    };

    // Classes of SQLSTATE: https://www.postgresql.org/docs/15/errcodes-appendix.html
    private static ErrorCode KindOf(string state) => state switch
    {
        "53100" or "53200" or "25006" => ErrorCatalogue.Storage.Unwritable,
        "57014" or "55P03" or "40001" or "40P01" or "53300" or "25P03" => ErrorCatalogue.Storage.Busy,
        "42501" => ErrorCatalogue.Storage.UnsafeRole,
        "42P01" or "42703" or "42883" or "3F000" => ErrorCatalogue.Storage.NotMigrated,
        "XX001" or "XX002" => ErrorCatalogue.Storage.Corrupt,
        _ when state.StartsWith("22", StringComparison.Ordinal) || state.StartsWith("23", StringComparison.Ordinal)
            || state.StartsWith("54", StringComparison.Ordinal) => ErrorCatalogue.Storage.Refused,
        _ when state.StartsWith("08", StringComparison.Ordinal) || state.StartsWith("28", StringComparison.Ordinal)
            || state.StartsWith("3D", StringComparison.Ordinal) || state.StartsWith("53", StringComparison.Ordinal)
            || state.StartsWith("57", StringComparison.Ordinal) => ErrorCatalogue.Storage.Unavailable,
        _ => ErrorCatalogue.Storage.Unwritable,
    };

    // The driver tells these apart by its words alone; tests hold that they are still these.
    private static bool IsExhausted(DbException fault) => fault.Message.Contains("connection pool has been exhausted", StringComparison.Ordinal);

    private static bool IsConnecting(DbException fault) =>
        fault.InnerException is SocketException || fault.Message.StartsWith("Failed to connect", StringComparison.Ordinal)
        || fault.Message.StartsWith("Exception while connecting", StringComparison.Ordinal);

    private static ReeveException Make(ErrorCode kind, string message, StoreAddress address, Exception fault) =>
        new(new ReeveError(kind, message, address.Masked), fault);
}
