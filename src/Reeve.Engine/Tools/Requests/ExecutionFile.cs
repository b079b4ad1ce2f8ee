using Reeve.Core.Calls;
using Reeve.Core.Errors;
using Reeve.Core.Events;
using Reeve.Core.Records;
using Reeve.Core.Values;

namespace Reeve.Engine.Tools.Requests;

/// <summary>An execution with what its events say of it: what was asked, by what right, every attempt, and what came of it. Secrets are hidden there, and what was erased is gone. Immutable.</summary>
public sealed record ExecutionFile
{
    // What was recorded was accepted once; here nothing is refused again.
    private static readonly JsonLimits Recorded = new() { MaxBytes = int.MaxValue, MaxDepth = 512, AllowNul = true, InfiniteIsNull = true };

    /// <summary>Its row.</summary>
    public required ToolExecution Row { get; init; }

    /// <summary>The call as it was recorded (docs/decisions/0019: <c>ToolCallIntended</c>); null when it is erased, or of a read that has not ended.</summary>
    public MapValue? Call { get; init; }

    /// <summary>Its ends as they were recorded (<c>ToolCallSettled</c>), the oldest first: a truth that came late stands behind the one it took the place of.</summary>
    public IReadOnlyList<MapValue> Ends { get; init; } = [];

    /// <summary>Whether something of it was erased.</summary>
    public bool IsErased { get; init; }

    /// <summary>The arguments it was called with; null when they are erased.</summary>
    public Value Input => Call?["arguments"] ?? Value.Null;

    /// <summary>What the tool answered, by the last end; null when nothing, or not yet.</summary>
    public Value Output => Ends.Count == 0 ? Value.Null : Ends[^1]["output"];

    /// <summary>Why it failed, by the last end: code and message; null when it did not.</summary>
    public Value Error => Ends.Count == 0 ? Value.Null : Ends[^1]["error"];

    /// <summary>Every attempt on record, in order.</summary>
    public IReadOnlyList<Value> Attempts => [.. Ends.SelectMany(static end => end["attempts"].ListOrNull() is { } list ? list.Items.ToArray() : [])];

    /// <summary>The exception as people know it; null when the call was for none, or that is erased.</summary>
    public string? ExceptionId => Call?["exceptionId"].StringOrNull();

    /// <summary>Collects what events say of an execution; others of the same exception are passed over.</summary>
    /// <exception cref="ReeveException">STORE-008: an event is not one that Reeve wrote.</exception>
    internal static async Task<ExecutionFile> ReadAsync(ToolExecution row, IAsyncEnumerable<LoggedEvent> events, CancellationToken cancellationToken)
    {
        string id = row.Id.ToString();
        MapValue? call = null;
        List<MapValue> ends = [];
        bool erased = false;
        await foreach (LoggedEvent item in events.WithCancellation(cancellationToken))
        {
            if (item.Type != EventType.ToolCallIntended && item.Type != EventType.ToolCallSettled)
            {
                continue;
            }

            if (item.Body is not { } body)
            {
                // Whose it was went with its body; one execution's may be among several of its exception.
                erased = true;
            }
            else if (Read(item, body) is { } read && read["executionId"].StringOrNull() == id)
            {
                if (item.Type == EventType.ToolCallIntended)
                {
                    call = read;
                }
                else
                {
                    ends.Add(read);
                    call ??= read["call"].MapOrNull();
                }
            }
        }

        return new ExecutionFile { Row = row, Call = call, Ends = ends, IsErased = erased && call is null };
    }

    private static MapValue Read(LoggedEvent item, ReadOnlyMemory<byte> body)
    {
        try
        {
            return JsonText.Parse(body.Span, Recorded).MapOrNull() ?? throw Broken(item, null);
        }
        catch (ReeveException fault) when (fault.Error.Kind != ErrorCatalogue.Storage.Corrupt)
        {
            throw Broken(item, fault);
        }
    }

    private static ReeveException Broken(LoggedEvent item, ReeveException? fault) =>
        new(new ReeveError(ErrorCatalogue.Storage.Corrupt, $"The body of event {item.Position} is not one that Reeve wrote.", item.Position.ToString()), fault);
}
