using System.Security.Cryptography;
using System.Text;
using Npgsql;
using Reeve.Core.Errors;

namespace Reeve.Storage.Databases;

/// <summary>Where a store is: <c>sqlite:PATH</c> or <c>postgres:CONNECTION-STRING</c>. It may hold a password, so only <see cref="Masked"/> is shown.</summary>
public sealed record StoreAddress
{
    private StoreAddress(Dialect dialect, string target)
    {
        Dialect = dialect;
        Target = target;
    }

    /// <summary>Which database.</summary>
    public Dialect Dialect { get; }

    /// <summary>The full path of the file, or the connection string. Not to be shown.</summary>
    public string Target { get; }

    /// <summary>What may be shown: no password.</summary>
    public string Masked => Dialect == Dialect.Sqlite ? $"sqlite:{Target}" : $"postgres:{Clean()}";

    /// <summary>Twelve hex digits of the SHA-256 of <see cref="Masked"/>: two nodes that show different ones use different databases (HX-10).</summary>
    public string Identity => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Masked)))[..12];

    /// <summary>Reads an address. A URI such as <c>postgres://user:password@host/name</c> is understood, too.</summary>
    /// <param name="text">The address.</param>
    /// <param name="folder">What a relative path of a file is relative to.</param>
    /// <exception cref="ReeveException">STORE-001; it repeats nothing of the text, which may hold a password.</exception>
    public static StoreAddress Parse(string text, string folder)
    {
        if (text.Any(char.IsControl))
        {
            throw Bad("It holds a control character.");
        }

        if (text.StartsWith("sqlite:", StringComparison.OrdinalIgnoreCase) && text.Length > "sqlite:".Length)
        {
            string path = text["sqlite:".Length..];
            return path is ":memory:" ? throw Bad("A store is a file: what is in memory would be lost.")
                : Path.EndsInDirectorySeparator(path) ? throw Bad("A store is a file, not a folder.")
                : new StoreAddress(Dialect.Sqlite, Led(Path.GetFullPath(path, folder)));
        }

        if (Rest(text) is not { Length: > 0 } connection)
        {
            throw Bad("It must begin with sqlite: or postgres:.");
        }

        try
        {
            NpgsqlConnectionStringBuilder builder = new(connection.StartsWith("//", StringComparison.Ordinal) ? FromUri(connection) : connection);
            return string.IsNullOrWhiteSpace(builder.Host) ? throw Bad("It names no host.") : new StoreAddress(Dialect.Postgres, builder.ConnectionString);
        }
        catch (Exception fault) when (fault is ArgumentException or FormatException or KeyNotFoundException or OverflowException or InvalidCastException)
        {
            // The message of the library may repeat what was given, password and all.
            throw Bad("The connection string cannot be read.");
        }
    }

    /// <inheritdoc/>
    public override string ToString() => Masked;

    // To where links lead: a store's lock, key and log lie beside the file itself, by whatever name it is asked for.
    private static string Led(string path)
    {
        try
        {
            return File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // What is not there is no link yet; what cannot be read says so when it is opened.
            return path;
        }
    }

    private static string? Rest(string text)
    {
        foreach (string scheme in new[] { "postgres:", "postgresql:" })
        {
            if (text.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
            {
                return text[scheme.Length..];
            }
        }

        return null;
    }

    private static string FromUri(string rest)
    {
        Uri uri = new("postgres:" + rest);
        string name = uri.AbsolutePath.TrimStart('/');
        if (uri.Fragment.Length > 0 || name.AsSpan().ContainsAny('/', '@') || uri.Query.Contains('@', StringComparison.Ordinal))
        {
            // A password with one of / ? # @ in it, not escaped: what follows would be taken for the name of the database, and shown.
            throw Bad("Write the characters / ? # @ and : of user and password as %2F %3F %23 %40 and %3A.");
        }

        string[] user = uri.UserInfo.Split(':', 2);
        NpgsqlConnectionStringBuilder builder = new() { Host = uri.Host };
        builder.Port = uri.Port > 0 ? uri.Port : builder.Port;
        builder.Username = user[0].Length > 0 ? Uri.UnescapeDataString(user[0]) : null;
        builder.Password = user.Length > 1 ? Uri.UnescapeDataString(user[1]) : null;
        builder.Database = name.Length > 0 ? Uri.UnescapeDataString(name) : null;
        foreach (string pair in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = pair.Split('=', 2);
            builder[KeywordOf(Uri.UnescapeDataString(parts[0]))] = parts.Length > 1 ? Uri.UnescapeDataString(parts[1]) : "";
        }

        return builder.ConnectionString;
    }

    // What libpq calls differently: https://www.postgresql.org/docs/15/libpq-connect.html#LIBPQ-PARAMKEYWORDS
    private static string KeywordOf(string parameter) => parameter switch
    {
        "connect_timeout" => "Timeout",
        "dbname" => "Database",
        "sslrootcert" => "Root Certificate",
        "sslcert" => "SSL Certificate",
        "sslkey" => "SSL Key",
        _ => parameter.Replace('_', ' '),
    };

    private string Clean()
    {
        NpgsqlConnectionStringBuilder builder = new(Target);
        return $"Host={builder.Host};Port={builder.Port};Database={builder.Database};Username={builder.Username}";
    }

    private static ReeveException Bad(string why) => new(new ReeveError(ErrorCatalogue.Storage.BadAddress, why, "--store"));
}
