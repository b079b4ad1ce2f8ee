using System.Net;
using System.Threading.Channels;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using Reeve.Core.Errors;

namespace Reeve.Engine.Tools.Kinds.McpTools;

/// <summary>
/// One attempt on its way through the library that speaks MCP: what its requests carry, whether the call itself has begun, and what an HTTP server said to it. Libraries wrap what goes wrong in
/// exceptions of their own, so what must be known for sure is noted here.
/// </summary>
internal sealed class McpExchange(Func<CancellationToken, ValueTask<ReeveError?>> beforeSending)
{
    private volatile bool hasBegun;
    private volatile bool isOver;

    /// <summary>The header that proves who calls; null when nothing does.</summary>
    internal (string Name, string Value)? Auth { get; set; }

    /// <summary>Whether a byte of the call may have left.</summary>
    internal bool HasBegun => hasBegun;

    /// <summary>Why the call was kept back; null when it was not.</summary>
    internal ReeveError? KeptBack { get; private set; }

    /// <summary>What an HTTP server answered to the call; null before it answered, or when it is no HTTP server.</summary>
    internal HttpStatusCode? Status { get; set; }

    /// <summary>How long it wants to be left alone; null when it did not say.</summary>
    internal TimeSpan? RetryAfter { get; set; }

    /// <summary>Whether its answer was longer than a message may be.</summary>
    internal bool IsTooLong { get; set; }

    /// <summary>Whether the attempt ended; what a connection still does by itself then is not its business.</summary>
    internal bool IsOver => isOver;

    /// <summary>Set for one question: what makes the definition that was just compared no longer the server's.</summary>
    internal Func<bool> HasMoved { get; set; } = static () => false;

    /// <summary>Whether the call was kept back because the server said that its tools changed.</summary>
    internal bool IsMoved { get; private set; }

    /// <summary>Whether the library wanted to send the call a second time, because the server answered the first with a question.</summary>
    internal bool IsAskedAgain { get; private set; }

    /// <summary>Asked right before the first byte of the call leaves: null lets it go, once.</summary>
    internal async ValueTask<ReeveError?> BeginAsync(CancellationToken cancellationToken)
    {
        if (hasBegun)
        {
            IsAskedAgain = true;
            return new ReeveError(ErrorCatalogue.Tools.Declined, "A call is sent once.");
        }

        ReeveError? error = await beforeSending(cancellationToken);
        IsMoved = error is null && HasMoved();
        KeptBack = IsMoved ? new ReeveError(ErrorCatalogue.Tools.Busy, "The server changes its tools.") : error;
        hasBegun = KeptBack is null;
        return KeptBack;
    }

    /// <summary>Takes the secret out of whatever is handed on: a server that echoes it would have it recorded.</summary>
    internal AttemptResult Cleaned(AttemptResult result)
    {
        if (Auth is not { Value: var secret })
        {
            return result;
        }

        SecretScrub scrub = new();
        scrub.Add(secret);
        return result switch
        {
            AttemptResult.Answered answered => new AttemptResult.Answered(scrub.Clean(answered.Output)),
            AttemptResult.Refused refused => refused with { Answer = scrub.Clean(refused.Answer) },
            _ => result,
        };
    }

    /// <summary>The attempt ended: connections may remember this for long, and are not to remember a secret.</summary>
    internal void End()
    {
        isOver = true;
        Auth = null;
    }
}

/// <summary>
/// A transport whose calls of tools wait for the word of their attempt right before they are written, each once: a library may send one again because the server asks for it, and then nobody was asked.
/// </summary>
internal sealed class McpWire(IClientTransport inner) : IClientTransport
{
    public string Name => inner.Name;

    public async Task<ITransport> ConnectAsync(CancellationToken cancellationToken = default) => new Wire(await inner.ConnectAsync(cancellationToken));

    private sealed class Wire(ITransport inner) : ITransport
    {
        public string? SessionId => inner.SessionId;

        public ChannelReader<JsonRpcMessage> MessageReader => inner.MessageReader;

        public async Task SendMessageAsync(JsonRpcMessage message, CancellationToken cancellationToken = default)
        {
            if (message is JsonRpcRequest { Method: RequestMethods.ToolsCall })
            {
                McpExchange exchange = McpRequests.Exchange.Value ?? throw new InvalidOperationException("A tool is called by an attempt.");
                if (await exchange.BeginAsync(cancellationToken) is { } error)
                {
                    throw new ReeveException(error);
                }
            }

            await inner.SendMessageAsync(message, cancellationToken);
        }

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
