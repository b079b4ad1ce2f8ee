using System.Diagnostics;
using Npgsql;

namespace Reeve.Testing.Databases;

/// <summary>
/// The PostgreSQL of the tests: the one that <c>REEVE_TEST_POSTGRES</c> names (a superuser's connection string), else one of this process's
/// own, started at first use by <c>tests/postgres-server</c>. That script stops it when its standard input ends, so it outlives no process,
/// however that one ends. With <c>REEVE_TEST_POSTGRES=none</c>, or without binaries, the tests that ask for it are skipped. Thread-safe.
/// </summary>
public static class PostgresServer
{
    private static readonly TimeSpan StartsWithin = TimeSpan.FromMinutes(2);
    private static readonly Lazy<Task<Start>> Once = new(StartAsync);

    // Held for good: its standard input closes with this process, or when nothing holds it, and that is what stops the server.
    private static Process? script;

    /// <summary>The superuser's connection string; skips the test that asks when there is no server.</summary>
    public static async Task<string> SuperuserAsync()
    {
        Start start = await Once.Value;
        Assert.SkipWhen(start.Superuser is null, start.Reason ?? "");
        return start.Superuser!;
    }

    /// <summary>Runs a statement on the server, as superuser, in a database of it.</summary>
    internal static async Task ExecuteAsync(string connection, string sql)
    {
        await using NpgsqlConnection open = new(connection);
        await open.OpenAsync(CancellationToken.None);
        await using NpgsqlCommand command = new(sql, open);
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }

    private static async Task<Start> StartAsync()
    {
        string? given = Environment.GetEnvironmentVariable("REEVE_TEST_POSTGRES");
        if (given is { Length: > 0 })
        {
            return given == "none" ? new Start(null, "REEVE_TEST_POSTGRES is none.") : new Start(given, null);
        }

        if (OperatingSystem.IsWindows())
        {
            return new Start(null, "REEVE_TEST_POSTGRES names no PostgreSQL.");
        }

        script = Process.Start(new ProcessStartInfo("/bin/sh")
        {
            ArgumentList = { Path.Combine(Repository.Root, "tests", "postgres-server") },
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> errors = script.StandardError.ReadToEndAsync(CancellationToken.None);
        string? line = await script.StandardOutput.ReadLineAsync(CancellationToken.None).AsTask().WaitAsync(StartsWithin);
        if (line is not null)
        {
            return new Start(line, null);
        }

        await script.WaitForExitAsync(CancellationToken.None);
        string reason = (await errors).Trim();
        return script.ExitCode == 3 ? new Start(null, $"PostgreSQL: {reason}") : throw new InvalidOperationException(reason);
    }

    // One of the two is there.
    private sealed record Start(string? Superuser, string? Reason);
}
