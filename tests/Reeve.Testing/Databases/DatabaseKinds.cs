using Reeve.Storage.Databases;

namespace Reeve.Testing.Databases;

/// <summary>
/// Runs a theory on every database: <c>[Theory, ClassData(typeof(DatabaseKinds))]</c> over a parameter of type <see cref="Dialect"/>.
/// </summary>
public sealed class DatabaseKinds : TheoryData<Dialect>
{
    /// <summary>Both.</summary>
    public DatabaseKinds()
        : base(Dialect.Sqlite, Dialect.Postgres)
    {
    }
}
