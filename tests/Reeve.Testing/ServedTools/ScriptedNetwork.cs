using System.Net;
using System.Net.Sockets;
using Reeve.Engine.Tools.Outbound;

namespace Reeve.Testing.ServedTools;

/// <summary>
/// A network whose names answer by script, a different answer at each asking if need be, and whose public addresses lead to servers on this machine. Loopback is real; nothing else is reached.
/// Thread-safe.
/// </summary>
public sealed class ScriptedNetwork : IOutboundNetwork
{
    private readonly SystemNetwork machine = new();
    private readonly Lock changing = new();
    private readonly Dictionary<string, Queue<IPAddress[]>> names = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<IPAddress, int> ports = [];
    private readonly List<string> asked = [];
    private readonly List<IPEndPoint> connected = [];

    /// <summary>The names that were asked for, in order.</summary>
    public IReadOnlyList<string> Asked { get { lock (changing) { return [.. asked]; } } }

    /// <summary>The addresses that connections were made to, in order.</summary>
    public IReadOnlyList<IPEndPoint> Connected { get { lock (changing) { return [.. connected]; } } }

    /// <summary>A name answers with these lists of addresses (parted by commas), one at each asking; the last stays.</summary>
    public ScriptedNetwork Name(string name, params string[] answers)
    {
        lock (changing)
        {
            names[name] = new Queue<IPAddress[]>(answers.Select(answer => answer.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(IPAddress.Parse).ToArray()));
        }

        return this;
    }

    /// <summary>Connections to an address, at any port, lead to a port of this machine.</summary>
    public ScriptedNetwork Leads(string address, int port)
    {
        lock (changing)
        {
            ports[IPAddress.Parse(address)] = port;
        }

        return this;
    }

    public ValueTask<IReadOnlyList<IPAddress>> ResolveAsync(string host, CancellationToken cancellationToken)
    {
        lock (changing)
        {
            asked.Add(host);
            if (!names.TryGetValue(host, out Queue<IPAddress[]>? answers))
            {
                throw new SocketException((int)SocketError.HostNotFound);
            }

            return new ValueTask<IReadOnlyList<IPAddress>>(answers.Count > 1 ? answers.Dequeue() : answers.Peek());
        }
    }

    public async ValueTask<Stream> ConnectAsync(IPEndPoint target, CancellationToken cancellationToken)
    {
        IPEndPoint? real = IPAddress.IsLoopback(target.Address) ? target : null;
        lock (changing)
        {
            connected.Add(target);
            real = ports.TryGetValue(target.Address, out int port) ? new IPEndPoint(IPAddress.Loopback, port) : real;
        }

        return real is null ? throw new SocketException((int)SocketError.HostUnreachable) : await machine.ConnectAsync(real, cancellationToken);
    }
}
