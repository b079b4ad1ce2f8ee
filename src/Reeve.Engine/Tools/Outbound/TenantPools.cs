using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Reeve.Core.Records;

namespace Reeve.Engine.Tools.Outbound;

/// <summary>
/// The connections of each tenant, apart from every other's; and within a tenant those to targets that both lists name apart from the rest, since a connection that one tool may use is not for a tool that
/// may not. Bounded; thread-safe.
/// </summary>
internal sealed class TenantPools(OutboundOptions options, OutboundGuard guard, AsyncLocal<OutboundCall?> sending) : IDisposable
{
    // Servers close idle connections, some after five seconds; a request that meets the closing has an unknown outcome. Where calls are frequent, connections are never idle for long.
    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(4);

    // After this a name is resolved and checked anew.
    private static readonly TimeSpan LifeTime = TimeSpan.FromMinutes(5);

    // Beyond what the addresses of one name may take; a resolver that hangs is not waited for longer.
    private static readonly TimeSpan ConnectTime = TimeSpan.FromSeconds(30);

    private readonly Lock changing = new();
    private readonly Dictionary<(TenantId Tenant, bool IsNamed), LinkedListNode<Pool>> byKey = [];

    // From the longest unused to the latest.
    private readonly LinkedList<Pool> inOrder = new();

    /// <summary>Sends through the tenant's own connections.</summary>
    internal async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, TenantId tenant, bool isNamed, CancellationToken cancellationToken)
    {
        Pool pool = Take((tenant, isNamed));
        try
        {
            return await pool.Invoker.SendAsync(request, cancellationToken);
        }
        finally
        {
            Give(pool);
        }
    }

    public void Dispose()
    {
        lock (changing)
        {
            foreach (Pool pool in inOrder)
            {
                pool.Invoker.Dispose();
            }

            inOrder.Clear();
            byKey.Clear();
        }
    }

    private Pool Take((TenantId Tenant, bool IsNamed) key)
    {
        lock (changing)
        {
            if (byKey.TryGetValue(key, out LinkedListNode<Pool>? node))
            {
                inOrder.Remove(node);
            }
            else
            {
                MakeRoom();
                node = new LinkedListNode<Pool>(new Pool(key, new HttpMessageInvoker(Handler(key.IsNamed))));
                byKey.Add(key, node);
            }

            inOrder.AddLast(node);
            node.Value.InUse++;
            return node.Value;
        }
    }

    private void Give(Pool pool)
    {
        lock (changing)
        {
            pool.InUse--;
        }
    }

    // A pool with requests under way stays, even when that makes one too many.
    private void MakeRoom()
    {
        LinkedListNode<Pool>? node = inOrder.First;
        while (node is not null && inOrder.Count >= options.Pools)
        {
            LinkedListNode<Pool>? next = node.Next;
            if (node.Value.InUse == 0)
            {
                inOrder.Remove(node);
                byKey.Remove(node.Value.Key);
                node.Value.Invoker.Dispose();
            }

            node = next;
        }
    }

    private SocketsHttpHandler Handler(bool isNamed)
    {
        // What a certificate points at is not fetched: that would be a request past the guard, to wherever the server says.
        X509ChainPolicy chain = new() { RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        if (options.TrustedRoots.Count > 0)
        {
            chain.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.CustomTrustStore.AddRange(options.TrustedRoots);
        }

        SslClientAuthenticationOptions tls = new() { CertificateChainPolicy = chain };

        return new SocketsHttpHandler
        {
            ConnectCallback = (context, cancellationToken) => guard.ConnectAsync(context.DnsEndPoint, isNamed, cancellationToken),
            PlaintextStreamFilter = (context, _) => ValueTask.FromResult<Stream>(new GatedStream(context.PlaintextStream, sending)),
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            MaxConnectionsPerServer = options.ConnectionsPerTarget,
            ConnectTimeout = ConnectTime,
            PooledConnectionIdleTimeout = IdleTime,
            PooledConnectionLifetime = LifeTime,
            MaxResponseHeadersLength = 64,
            MaxResponseDrainSize = 64 * 1024,
            SslOptions = tls,
        };
    }

    private sealed class Pool((TenantId Tenant, bool IsNamed) key, HttpMessageInvoker invoker)
    {
        public (TenantId Tenant, bool IsNamed) Key => key;

        public HttpMessageInvoker Invoker => invoker;

        public int InUse { get; set; }
    }
}
