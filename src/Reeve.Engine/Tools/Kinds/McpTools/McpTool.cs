using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using ModelContextProtocol;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using Reeve.Core.Errors;
using Reeve.Core.Packs;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Core.Wording;
using Reeve.Engine.Tools.Outbound;

namespace Reeve.Engine.Tools.Kinds.McpTools;

/// <summary>
/// Tools of MCP servers, programs or over streamable HTTP. A tool is called only while its server's definition of it is the one that somebody pinned: it is compared on the same connection right before each
/// call, and again when the server says that its tools changed. Thread-safe; disposing closes every server.
/// </summary>
/// <param name="options">What servers may be, and how many.</param>
/// <param name="programs">Starts those that are programs.</param>
/// <param name="outbound">Sends to those that have an address.</param>
/// <param name="secrets">What servers are proven to by.</param>
/// <param name="clock">The clock.</param>
public sealed class McpTool(McpOptions options, IMcpPrograms programs, OutboundClient outbound, ISecrets secrets, TimeProvider clock) : IToolKind, IAsyncDisposable
{
    // A server whose tools change as often as it is asked is not one to call.
    private const int Comparisons = 3;

    // As much of a refusal as is recorded, in UTF-16 units.
    private const int LongestRefusal = 2_000;

    private readonly McpSessions sessions = new(options, clock);

    /// <inheritdoc/>
    public IReadOnlyList<ToolType> Types { get; } = [ToolType.Mcp];

    /// <inheritdoc/>
    public IReadOnlyList<ReeveError> Problems(ToolDefinition tool) => Read(tool).Problems;

    /// <inheritdoc/>
    public string Target(ToolDefinition tool, ObjectMap arguments) => Read(tool).Target;

    /// <inheritdoc/>
    public async ValueTask<AttemptResult> TryAsync(Attempt attempt, CancellationToken cancellationToken)
    {
        McpDefinition definition = Read(attempt.Tool);
        if (definition.Problems.Count > 0)
        {
            return new AttemptResult.NotRun(definition.Problems[0], null);
        }

        McpExchange? exchange = null;
        try
        {
            exchange = new McpExchange(attempt.BeforeSending) { Auth = await AuthAsync(attempt.TenantId, definition, cancellationToken) };
            McpRequests.Exchange.Value = exchange;
            await using McpSessions.Lease lease = await sessions.TakeAsync(KeyOf(attempt.TenantId, definition), token => ConnectAsync(attempt.TenantId, definition, token), cancellationToken);
            return exchange.Cleaned(await CallAsync(attempt, definition, lease, exchange, cancellationToken));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // What was sent is answered for where it was sent: this is before.
            throw;
        }
        catch (ReeveException fault)
        {
            return new AttemptResult.NotRun(fault.Error, null);
        }
        finally
        {
            exchange?.End();
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => sessions.DisposeAsync();

    private McpDefinition Read(ToolDefinition tool) => McpDefinition.Read(tool, options, outbound.Guard);

    private static McpServerKey KeyOf(TenantId tenant, McpDefinition definition) =>
        new(tenant, definition.Server, McpDefinition.Line([definition.AuthHeader ?? "", definition.AuthSecret ?? "", .. definition.AllowHosts]));

    private async ValueTask<(string Name, string Value)?> AuthAsync(TenantId tenant, McpDefinition definition, CancellationToken cancellationToken)
    {
        if (definition is not { AuthHeader: { } header, AuthSecret: { } reference })
        {
            return null;
        }

        string secret = await secrets.ResolveAsync(tenant, reference, cancellationToken);
        return McpRequests.CanCarry(secret) ? (header, secret) : throw new ReeveException(new ReeveError(ErrorCatalogue.Tools.NoSecret, "It holds what a header cannot carry.", reference));
    }

    private async Task<McpSession> ConnectAsync(TenantId tenant, McpDefinition definition, CancellationToken cancellationToken)
    {
        if (definition.Url is { } url)
        {
            HttpClientTransport transport = new(
                new HttpClientTransportOptions
                {
                    Endpoint = url, TransportMode = HttpTransportMode.StreamableHttp, ConnectionTimeout = options.StartTime,

                    // Definitions are compared before each call, so nothing needs to be heard in between; and what broke off is not asked for again behind our back.
                    EnableStandaloneGetStream = false, MaxReconnectionAttempts = 0,
                },
                new HttpClient(new McpRequests(outbound, tenant, definition.AllowHosts, options.MessageBytes, clock)) { Timeout = Timeout.InfiniteTimeSpan },
                loggerFactory: null,
                ownsHttpClient: true);
            return await McpSession.ConnectAsync(transport, transport, messages: null, options, cancellationToken);
        }

        IMcpProgram program = programs.Start(definition.Command);
        LimitedMessages heard = new(program.Output, options.MessageBytes, isByLine: true);
        return await McpSession.ConnectAsync(new McpWire(new StreamClientTransport(program.Input, heard)), program, heard, options, cancellationToken);
    }

    private async Task<AttemptResult> CallAsync(Attempt attempt, McpDefinition definition, McpSessions.Lease lease, McpExchange exchange, CancellationToken cancellationToken)
    {
        McpSession session = lease.Session;
        for (int i = 1; ; i++)
        {
            int changes = session.Changes;
            try
            {
                if (await ChangeAsync(session, definition, cancellationToken) is { } changed)
                {
                    return new AttemptResult.NotRun(changed, null);
                }
            }
            catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
            {
                // The connection was kept, and is no more, or the server has no tools; the next attempt makes another.
                lease.Discard();
                return new AttemptResult.NotRun(Own(fault) ?? new ReeveError(ErrorCatalogue.Tools.NotReached, "The MCP server does not say which tools it has."), null);
            }

            exchange.HasMoved = () => session.Changes != changes;
            AttemptResult result = await SendAsync(attempt, definition, lease, exchange, cancellationToken);
            if (!exchange.IsMoved || i == Comparisons)
            {
                return result;
            }
        }
    }

    private static async Task<ReeveError?> ChangeAsync(McpSession session, McpDefinition definition, CancellationToken cancellationToken)
    {
        if (await session.DefinitionAsync(definition.Tool, cancellationToken) is not { } there)
        {
            return new ReeveError(ErrorCatalogue.Tools.DefinitionChanged, $"The server has no tool {Shown.Name(definition.Tool)}, or several.");
        }

        string fingerprint = McpFingerprint.Of(there);
        return McpFingerprint.IsPinned(definition.Pinned, fingerprint) ? null
            : new ReeveError(
                ErrorCatalogue.Tools.DefinitionChanged,
                definition.Pinned is null ? $"Nobody approved the definition of {Shown.Name(definition.Tool)}; it is {fingerprint} at this moment." : $"The definition of {Shown.Name(definition.Tool)} is {fingerprint} at this moment, not the one that was approved.",
                "/mcp/definitionHash");
    }

    private async Task<AttemptResult> SendAsync(Attempt attempt, McpDefinition definition, McpSessions.Lease lease, McpExchange exchange, CancellationToken cancellationToken)
    {
        JsonNode? result;
        try
        {
            result = await lease.Session.CallAsync(definition.Tool, attempt.Arguments, attempt.IdempotencyKey, cancellationToken);
        }
        catch (Exception fault)
        {
            // Whatever the library throws: it may not pass what is known of the call.
            return Failed(fault, lease, exchange, cancellationToken);
        }

        return McpAnswer.Read(result, options.AnswerBytes, attempt.Tool.OutputSchema is not null);
    }

    private static AttemptResult Failed(Exception fault, McpSessions.Lease lease, McpExchange exchange, CancellationToken cancellationToken)
    {
        if (!exchange.HasBegun)
        {
            if (exchange.KeptBack is { } kept)
            {
                return new AttemptResult.NotRun(kept, null);
            }

            lease.Discard();
            cancellationToken.ThrowIfCancellationRequested();
            return new AttemptResult.NotRun(Own(fault) ?? new ReeveError(ErrorCatalogue.Tools.NotReached, "The MCP server was not reached."), null);
        }

        if (exchange.IsAskedAgain)
        {
            return new AttemptResult.Refused(new ReeveError(ErrorCatalogue.Tools.Declined, "The MCP server asks to be called again before it does anything."), Value.Null);
        }

        if (exchange.Status is { } status && (int)status >= 300)
        {
            return Answered(status, lease, exchange);
        }

        if (fault is McpProtocolException { ErrorCode: var code } && !cancellationToken.IsCancellationRequested)
        {
            // Of these the protocol says that the request was not understood or not accepted; any other may come from the middle of the work.
            string said = $"The MCP server answers with error {((int)code).ToString(CultureInfo.InvariantCulture)}.";
            return code is McpErrorCode.ParseError or McpErrorCode.InvalidRequest or McpErrorCode.MethodNotFound or McpErrorCode.InvalidParams
                ? new AttemptResult.Refused(new ReeveError(ErrorCatalogue.Tools.Declined, said), Value.Of(Shown.Short(fault.Message, LongestRefusal)))
                : new AttemptResult.Unclear(new ReeveError(ErrorCatalogue.Tools.ToolFailed, said));
        }

        if (exchange.IsTooLong || lease.Session.IsAnswerTooLong)
        {
            lease.Discard();
            return new AttemptResult.Useless(new ReeveError(ErrorCatalogue.Tools.BadOutput, "The MCP server's answer is longer than a message may be."));
        }

        if (cancellationToken.IsCancellationRequested)
        {
            return new AttemptResult.Unclear(new ReeveError(ErrorCatalogue.Tools.TimedOut, "The MCP server did not answer in time."));
        }

        lease.Discard();
        return new AttemptResult.Unclear(Own(fault) ?? new ReeveError(ErrorCatalogue.Tools.Broken, "The connection to the MCP server broke."));
    }

    private static AttemptResult Answered(HttpStatusCode status, McpSessions.Lease lease, McpExchange exchange)
    {
        string said = $"The MCP server answers {((int)status).ToString(CultureInfo.InvariantCulture)}.";
        switch ((int)status)
        {
            case 404:
                // So a server says that it ended the session (the transport's specification), and the call was none of a session.
                lease.Discard();
                return new AttemptResult.NotRun(new ReeveError(ErrorCatalogue.Tools.NotReached, said), null);
            case 429:
            case 503 when exchange.RetryAfter is not null:
                return new AttemptResult.NotRun(new ReeveError(ErrorCatalogue.Tools.Busy, said), exchange.RetryAfter);
            case < 400:
                return new AttemptResult.Refused(new ReeveError(ErrorCatalogue.Tools.Declined, said + " Redirects are not followed."), Value.Null);
            case < 500:
                return new AttemptResult.Refused(new ReeveError(ErrorCatalogue.Tools.Declined, said), Value.Null);
            default:
                return new AttemptResult.Unclear(new ReeveError(ErrorCatalogue.Tools.ToolFailed, said));
        }
    }

    // What is ours keeps its code, however deep a library put it.
    internal static ReeveError? Own(Exception fault)
    {
        for (Exception? at = fault; at is not null; at = at.InnerException)
        {
            if (at is ReeveException own)
            {
                return own.Error;
            }
        }

        return null;
    }
}
