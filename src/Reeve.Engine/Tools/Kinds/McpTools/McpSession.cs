using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using Reeve.Core.Errors;
using Reeve.Core.Values;

namespace Reeve.Engine.Tools.Kinds.McpTools;

/// <summary>
/// A connection to one MCP server. Nothing that the server asks for (sampling, elicitation, roots) is given: the client says that it can none of it, and refuses. Thread-safe.
/// </summary>
internal sealed class McpSession : IAsyncDisposable
{
    // More than servers have; a list without an end is none.
    private const int MostPages = 64;

    private static readonly JsonLimits Limits = JsonLimits.Payload with { MaxBytes = int.MaxValue };

    private readonly McpClient client;
    private readonly IAsyncDisposable listening;
    private readonly IAsyncDisposable? below;
    private readonly LimitedMessages? messages;
    private int changes;
    private int calls;
    private volatile bool wasAlone;

    private McpSession(McpClient client, IAsyncDisposable? below, LimitedMessages? messages)
    {
        this.client = client;
        this.below = below;
        this.messages = messages;
        if (messages is not null)
        {
            messages.WhenOver = () => wasAlone = Volatile.Read(ref calls) == 1;
        }

        listening = client.RegisterNotificationHandler(NotificationMethods.ToolListChangedNotification, (_, _) =>
        {
            Interlocked.Increment(ref changes);
            return ValueTask.CompletedTask;
        });
    }

    /// <summary>How often the server said that its tools changed.</summary>
    internal int Changes => Volatile.Read(ref changes);

    /// <summary>Whether it sent a message that is too long while one call was waiting: it was that call's answer. With several, nobody knows whose.</summary>
    internal bool IsAnswerTooLong => wasAlone;

    private bool IsTooLong => messages?.IsOver ?? false;

    /// <summary>Whether it is gone.</summary>
    internal bool IsOver => client.Completion.IsCompleted || IsTooLong;

    /// <summary>Connects.</summary>
    /// <param name="transport">How.</param>
    /// <param name="below">What ends with it; null for nothing. Ended also when connecting fails.</param>
    /// <param name="messages">What is heard of it, where that is a stream.</param>
    /// <param name="options">How long it may take.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal static async Task<McpSession> ConnectAsync(
        IClientTransport transport, IAsyncDisposable? below, LimitedMessages? messages, McpOptions options, CancellationToken cancellationToken)
    {
        McpClientOptions client = new()
        {
            ClientInfo = new Implementation { Name = "reeve", Version = "1" },
            InitializationTimeout = options.StartTime,

            // Servers of older revisions may leave a question of the newest one unanswered.
            DiscoverProbeTimeout = TimeSpan.FromSeconds(2),
        };
        try
        {
            return new McpSession(await McpClient.CreateAsync(transport, client, loggerFactory: null, cancellationToken), below, messages);
        }
        catch
        {
            if (below is not null)
            {
                await below.DisposeAsync();
            }

            throw;
        }
    }

    /// <summary>A tool's definition as the server gives it at this moment; null when it has none of this name, or several.</summary>
    /// <exception cref="ReeveException">TOOL-017: what it gives cannot be read.</exception>
    internal async Task<MapValue?> DefinitionAsync(string tool, CancellationToken cancellationToken)
    {
        MapValue? found = null;
        int count = 0;
        string? cursor = null;
        for (int page = 0; page < MostPages; page++)
        {
            Value result = await AskAsync(RequestMethods.ToolsList, cursor is null ? [] : new JsonObject { ["cursor"] = cursor }, cancellationToken);
            foreach (Value item in result.MapOrNull()?["tools"].ListOrNull()?.Items.ToArray() ?? [])
            {
                if (item.MapOrNull() is { } definition && definition["name"].StringOrNull() == tool)
                {
                    found = definition;
                    count++;
                }
            }

            cursor = result.MapOrNull()?["nextCursor"].StringOrNull();
            if (cursor is null)
            {
                return count == 1 ? found : null;
            }
        }

        throw new ReeveException(new ReeveError(ErrorCatalogue.Tools.NotReached, "The server's list of tools has no end."));
    }

    /// <summary>Calls a tool. Whatever the library throws, the exchange knows whether the call had begun.</summary>
    internal async Task<JsonNode?> CallAsync(string tool, ObjectMap arguments, string idempotencyKey, CancellationToken cancellationToken)
    {
        JsonObject parameters = new()
        {
            ["name"] = tool,
            ["arguments"] = JsonNode.Parse(JsonText.ToUtf8(Value.Of(arguments))),

            // The protocol has no word for it; servers that know ours can tell a repetition.
            ["_meta"] = new JsonObject { ["reeve/idempotency-key"] = idempotencyKey },
        };
        Interlocked.Increment(ref calls);
        try
        {
            return (await client.SendRequestAsync(new JsonRpcRequest { Method = RequestMethods.ToolsCall, Params = parameters }, cancellationToken)).Result;
        }
        finally
        {
            Interlocked.Decrement(ref calls);
        }
    }

    /// <summary>Reads what a server sent as the data it is.</summary>
    /// <exception cref="ReeveException">INPUT-002 to INPUT-009.</exception>
    internal static Value Read(JsonNode? node) => JsonText.Parse(JsonSerializer.SerializeToUtf8Bytes(node), Limits);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await listening.DisposeAsync();
        await client.DisposeAsync();
        if (below is not null)
        {
            await below.DisposeAsync();
        }
    }

    private async Task<Value> AskAsync(string method, JsonObject parameters, CancellationToken cancellationToken)
    {
        JsonRpcResponse response = await client.SendRequestAsync(new JsonRpcRequest { Method = method, Params = parameters }, cancellationToken);
        try
        {
            return Read(response.Result);
        }
        catch (ReeveException)
        {
            throw new ReeveException(new ReeveError(ErrorCatalogue.Tools.NotReached, "What the server says of its tools cannot be read."));
        }
    }
}
