using System.Net;

namespace Reeve.Engine.Tools.Outbound;

/// <summary>The network below outbound calls: names and connections, apart, so that what is checked between them holds. Thread-safe.</summary>
public interface IOutboundNetwork
{
    /// <summary>The addresses of a name, in the order in which to try them; empty when it has none.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">The name could not be resolved.</exception>
    ValueTask<IReadOnlyList<IPAddress>> ResolveAsync(string host, CancellationToken cancellationToken);

    /// <summary>Connects to exactly this address; nothing is resolved any more.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">It does not answer.</exception>
    ValueTask<Stream> ConnectAsync(IPEndPoint target, CancellationToken cancellationToken);
}
