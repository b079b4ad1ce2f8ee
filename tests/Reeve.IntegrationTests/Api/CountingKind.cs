using System.Collections.Concurrent;
using Reeve.Core.Errors;
using Reeve.Core.Packs;
using Reeve.Core.Values;
using Reeve.Engine.Tools.Kinds;

namespace Reeve.IntegrationTests.Api;

/// <summary>A way to reach tools that does what the parcel of a call says, and counts what it sent. Thread-safe.</summary>
internal sealed class CountingKind : IToolKind
{
    private readonly ConcurrentDictionary<string, int> sent = new(StringComparer.Ordinal);

    public IReadOnlyList<ToolType> Types { get; } = [ToolType.Http];

    /// <summary>What a call waits for whose parcel is <c>slow…</c>.</summary>
    internal TaskCompletionSource Slow { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>How often something was sent for a parcel.</summary>
    internal int SentFor(string parcel) => sent.GetValueOrDefault(parcel);

    public IReadOnlyList<ReeveError> Problems(ToolDefinition tool) => [];

    public string Target(ToolDefinition tool, ObjectMap arguments) => $"POST https://depots.example.com/{tool.Name}";

    public async ValueTask<AttemptResult> TryAsync(Attempt attempt, CancellationToken cancellationToken)
    {
        string parcel = attempt.Arguments["parcel"].StringOrNull() ?? "";
        if (await attempt.BeforeSending(cancellationToken) is { } kept)
        {
            return new AttemptResult.NotRun(kept, null);
        }

        sent.AddOrUpdate(parcel, 1, static (_, before) => before + 1);
        if (parcel.StartsWith("slow", StringComparison.Ordinal))
        {
            await Slow.Task.WaitAsync(cancellationToken);
        }

        return parcel.StartsWith("unclear", StringComparison.Ordinal) ? new AttemptResult.Unclear(new ReeveError(ErrorCatalogue.Tools.TimedOut, "It did not answer."))
            : parcel.StartsWith("no", StringComparison.Ordinal) ? new AttemptResult.Refused(new ReeveError(ErrorCatalogue.Tools.Declined, "It said no."), Value.Null)
            : attempt.Tool.OutputSchema?.Sample() is { } declared ? new AttemptResult.Answered(declared)
            : new AttemptResult.Answered(Value.Of(ObjectMap.Of(("parcel", Value.Of(parcel)), ("password", Value.Of("hunter2")))));
    }
}
