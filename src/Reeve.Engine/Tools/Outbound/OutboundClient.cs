using System.Diagnostics;
using System.Net;
using System.Security.Authentication;
using Reeve.Core.Errors;
using Reeve.Core.Wording;

namespace Reeve.Engine.Tools.Outbound;

/// <summary>
/// The one way in which requests leave for places that a pack names. Guarded (<see cref="OutboundGuard"/>), HTTP/1.1, over connections of the tenant's own; without proxies, cookies, redirects or
/// decompression of its own; with <c>traceparent</c> while there is an activity. Thread-safe.
/// </summary>
public sealed class OutboundClient : IDisposable
{
    private readonly AsyncLocal<OutboundCall?> sending = new();
    private readonly TenantPools pools;

    /// <summary>Sends by these options.</summary>
    public OutboundClient(OutboundOptions options, IOutboundNetwork network, TimeProvider clock)
    {
        Options = options;
        Guard = new OutboundGuard(options, network, clock);
        pools = new TenantPools(options, Guard, sending);
    }

    /// <summary>What holds.</summary>
    public OutboundOptions Options { get; }

    /// <summary>What may be reached.</summary>
    public OutboundGuard Guard { get; }

    /// <summary>Sends a request and returns with the head of its answer; <see cref="AnswerBody"/> reads the rest.</summary>
    /// <param name="request">With an absolute address. Its version is set here.</param>
    /// <param name="call">For whom; says afterwards whether anything was sent.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ReeveException">
    /// Nothing was sent: TOOL-016 when the target is refused, TOOL-017 when it was not reached, or what <see cref="OutboundCall.BeforeSending"/> said. Something was sent: TOOL-019.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled, before or after something was sent.</exception>
    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, OutboundCall call, CancellationToken cancellationToken)
    {
        Uri target = request.RequestUri ?? throw new ArgumentException("A request needs an address.", nameof(request));
        if (Guard.Problem(target, call.AllowHosts) is { } problem)
        {
            throw new ReeveException(problem);
        }

        // On an HTTP/1.1 connection one request is under way at a time, so whose bytes are written is known, and a reset concerns one call alone.
        request.Version = HttpVersion.Version11;
        request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
        Trace(request);
        call.Cancelled = cancellationToken;
        sending.Value = call;
        try
        {
            return await pools.SendAsync(request, call.TenantId, Guard.IsNamed(target, call.AllowHosts), cancellationToken);
        }
        catch (OperationCanceledException fault) when (!cancellationToken.IsCancellationRequested)
        {
            throw Fault(target, call, fault);
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException)
        {
            throw Fault(target, call, fault);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => pools.Dispose();

    private static void Trace(HttpRequestMessage request)
    {
        if (Activity.Current is { IdFormat: ActivityIdFormat.W3C, Id: { } id } activity)
        {
            request.Headers.TryAddWithoutValidation("traceparent", id);
            if (activity.TraceStateString is { Length: > 0 } state)
            {
                request.Headers.TryAddWithoutValidation("tracestate", state);
            }
        }
    }

    // The framework wraps what was thrown while connecting. Its own texts are not passed on, except for what is wrong with a certificate: they may quote what a server sent.
    private static ReeveException Fault(Uri target, OutboundCall call, Exception fault)
    {
        for (Exception? at = fault; at is not null; at = at.InnerException)
        {
            if (at is ReeveException known)
            {
                return known;
            }

            if (at is AuthenticationException tls && !call.HasBegun)
            {
                return OutboundGuard.NotReached($"TLS with {Shown.Name(HostPort.Of(target).ToString())} failed: {tls.Message}");
            }
        }

        string place = Shown.Name(HostPort.Of(target).ToString());
        return call.HasBegun
            ? new ReeveException(new ReeveError(ErrorCatalogue.Tools.Broken, $"The connection to {place} ended without a whole answer."), fault)
            : OutboundGuard.NotReached($"No connection to {place} could be made.");
    }
}
