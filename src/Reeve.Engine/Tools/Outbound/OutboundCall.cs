using Reeve.Core.Errors;
using Reeve.Core.Records;

namespace Reeve.Engine.Tools.Outbound;

/// <summary>
/// One request on its way out: for whom, where it may go, and whether its first byte has left. A request is sent once: what the framework would send again on another connection is refused, since nobody
/// knows what the first did. Used for one request only.
/// </summary>
public sealed class OutboundCall
{
    private readonly Lock changing = new();
    private Stream? connection;

    /// <summary>For whom; connections are never shared between tenants.</summary>
    public required TenantId TenantId { get; init; }

    /// <summary><c>host:port</c> of what may be private or plain HTTP, as far as the configuration permits it.</summary>
    public IReadOnlyList<string> AllowHosts { get; init; } = [];

    /// <summary>Asked when name, connection and TLS are ready, before the first byte leaves; an error keeps it back.</summary>
    public Func<CancellationToken, ValueTask<ReeveError?>> BeforeSending { get; init; } = static _ => default;

    /// <summary>Whether a byte may have left. False: it was provably not sent.</summary>
    public bool HasBegun
    {
        get
        {
            lock (changing)
            {
                return connection is not null;
            }
        }
    }

    // The framework hands no token to what writes.
    internal CancellationToken Cancelled { get; set; }

    // True: it goes on where it began. False: it has not begun.
    internal bool IsOn(Stream candidate)
    {
        lock (changing)
        {
            return connection is null ? false
                : ReferenceEquals(connection, candidate) ? true
                : throw new ReeveException(new ReeveError(ErrorCatalogue.Tools.Broken, "The connection ended before an answer; the request is not sent again on another."));
        }
    }

    internal async ValueTask BeginAsync(Stream candidate)
    {
        if (await BeforeSending(Cancelled) is { } error)
        {
            throw new ReeveException(error);
        }

        Cancelled.ThrowIfCancellationRequested();
        lock (changing)
        {
            connection = candidate;
        }
    }
}
