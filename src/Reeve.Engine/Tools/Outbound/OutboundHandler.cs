namespace Reeve.Engine.Tools.Outbound;

/// <summary>The client as a handler, for libraries that bring their own requests.</summary>
/// <param name="client">What sends.</param>
/// <param name="callFor">For whom a request is, and where it may go; asked for each, and to be answered by a new call each time.</param>
public sealed class OutboundHandler(OutboundClient client, Func<HttpRequestMessage, OutboundCall> callFor) : HttpMessageHandler
{
    /// <inheritdoc/>
    /// <exception cref="Core.Errors.ReeveException">As <see cref="OutboundClient.SendAsync"/> throws it.</exception>
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => client.SendAsync(request, callFor(request), cancellationToken);
}
