namespace Reeve.Storage.Databases;

/// <summary>The SQL that a database speaks.</summary>
public enum Dialect
{
    /// <summary>One file, one process.</summary>
    Sqlite,

    /// <summary>Many nodes.</summary>
    Postgres,
}

/// <summary>
/// One statement in both dialects, side by side. It filters by <c>@tenant</c>, unless it is declared
/// <see cref="AcrossTenants"/>; a test reads every statement for that.
/// </summary>
/// <param name="Postgres">For PostgreSQL.</param>
/// <param name="Sqlite">For SQLite.</param>
public sealed record Statement(string Postgres, string Sqlite)
{
    /// <summary>A statement that both understand.</summary>
    public Statement(string both)
        : this(both, both)
    {
    }

    /// <summary>Whether it sees every tenant and so runs as the engine; it says why where it is declared.</summary>
    public bool AcrossTenants { get; init; }

    /// <summary>The text for a dialect.</summary>
    public string In(Dialect dialect) => dialect == Dialect.Postgres ? Postgres : Sqlite;
}
