using Reeve.Core.Records;

namespace Reeve.Storage.Databases;

/// <summary>
/// One open store, for reading; only the committer writes. A read is one round trip: on PostgreSQL the role and the tenant
/// travel with it, on SQLite it runs on a connection that cannot write. Thread-safe.
/// </summary>
public abstract class Database : IAsyncDisposable
{
    /// <summary>Which SQL it speaks.</summary>
    public abstract Dialect Dialect { get; }

    /// <summary>Where it is.</summary>
    public abstract StoreAddress Address { get; }

    /// <summary>Reads rows of one tenant. <c>@tenant</c> is bound here.</summary>
    /// <param name="statement">A statement that filters by <c>@tenant</c>.</param>
    /// <param name="tenant">The tenant.</param>
    /// <param name="bind">Adds the other parameters.</param>
    /// <param name="map">Makes a result of a row; called while the row is current.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    /// <exception cref="Core.Errors.ReeveException">STORE-… when the store cannot be read.</exception>
    public abstract Task<IReadOnlyList<T>> ReadAsync<T>(Statement statement, TenantId tenant, Action<Parameters> bind, Func<Row, T> map, CancellationToken cancellationToken);

    /// <summary>Reads rows of any tenant, as the engine.</summary>
    /// <param name="statement">A statement that is declared <see cref="Statement.AcrossTenants"/>.</param>
    /// <param name="bind">Adds the parameters.</param>
    /// <param name="map">Makes a result of a row.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    /// <exception cref="Core.Errors.ReeveException">STORE-… when the store cannot be read.</exception>
    public abstract Task<IReadOnlyList<T>> ReadAcrossAsync<T>(Statement statement, Action<Parameters> bind, Func<Row, T> map, CancellationToken cancellationToken);

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();
}
