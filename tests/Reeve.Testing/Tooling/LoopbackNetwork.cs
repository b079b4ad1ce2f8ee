using System.Net;
using System.Net.Sockets;
using Reeve.Engine.Tools.Outbound;

namespace Reeve.Testing.Tooling;

/// <summary>A network in which every name is this machine.</summary>
public sealed class LoopbackNetwork : IOutboundNetwork
{
    /// <summary>Guards it, with these <c>host:port</c> allowed to be private.</summary>
    public static OutboundGuard Guard(params string[] allowed) => new(new OutboundOptions { AllowedPrivateHosts = allowed }, new LoopbackNetwork(), TimeProvider.System);

    public ValueTask<IReadOnlyList<IPAddress>> ResolveAsync(string host, CancellationToken cancellationToken) => ValueTask.FromResult<IReadOnlyList<IPAddress>>([IPAddress.Loopback]);

    public async ValueTask<Stream> ConnectAsync(IPEndPoint target, CancellationToken cancellationToken)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(target, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
