using System.Collections.Concurrent;
using Reeve.Core.Errors;
using Reeve.Core.Packs;
using Reeve.Core.Values;
using Reeve.Engine.Tools.Kinds;

namespace Reeve.Tests.Tools.Gating;

/// <summary>A way to reach tools that does as a test says, and counts what it sent. Thread-safe.</summary>
internal sealed class ScriptedKind : IToolKind
{
    internal static readonly Value Good = Value.Of(ObjectMap.Of(("id", Value.Of("R-1")), ("place", Value.Of("depot"))));

    private readonly ConcurrentQueue<Func<Attempt, CancellationToken, ValueTask<AttemptResult>>> script = new();
    private int sent;

    public IReadOnlyList<ToolType> Types { get; } = [ToolType.Http];

    /// <summary>How often something was sent.</summary>
    internal int Sent => Volatile.Read(ref sent);

    /// <summary>Every attempt, in order.</summary>
    internal ConcurrentQueue<Attempt> Attempts { get; } = new();

    internal Func<ToolDefinition, ObjectMap, string>? Targets { get; set; }

    public IReadOnlyList<ReeveError> Problems(ToolDefinition tool) =>
        tool.Endpoint is null ? [new ReeveError(ErrorCatalogue.Tools.NoEndpoint, $"The tool '{tool.Name}' has no endpoint.", "endpoint")] : [];

    public string Target(ToolDefinition tool, ObjectMap arguments) => Targets?.Invoke(tool, arguments) ?? "POST " + tool.Endpoint;

    public ValueTask<AttemptResult> TryAsync(Attempt attempt, CancellationToken cancellationToken)
    {
        Attempts.Enqueue(attempt);
        return script.TryDequeue(out Func<Attempt, CancellationToken, ValueTask<AttemptResult>>? next) ? next(attempt, cancellationToken) : SendAsync(attempt, new AttemptResult.Answered(Good), cancellationToken);
    }

    /// <summary>The next attempts are sent, and end so.</summary>
    internal ScriptedKind Then(params AttemptResult[] results)
    {
        foreach (AttemptResult result in results)
        {
            script.Enqueue((attempt, token) => SendAsync(attempt, result, token));
        }

        return this;
    }

    /// <summary>The next attempt does this.</summary>
    internal ScriptedKind Then(Func<Attempt, CancellationToken, ValueTask<AttemptResult>> next)
    {
        script.Enqueue(next);
        return this;
    }

    /// <summary>Forgets what the next attempt was to do: there was none.</summary>
    internal void Drop() => script.TryDequeue(out _);

    /// <summary>Asks, and sends if it may.</summary>
    internal async ValueTask<AttemptResult> SendAsync(Attempt attempt, AttemptResult result, CancellationToken cancellationToken)
    {
        if (await attempt.BeforeSending(cancellationToken) is { } error)
        {
            return new AttemptResult.NotRun(error, null);
        }

        Interlocked.Increment(ref sent);
        return result;
    }

    internal static AttemptResult NotRun(TimeSpan? retryAfter = null) => new AttemptResult.NotRun(new ReeveError(ErrorCatalogue.Tools.Busy, "Later."), retryAfter);

    internal static AttemptResult Unclear() => new AttemptResult.Unclear(new ReeveError(ErrorCatalogue.Tools.Broken, "Reset."));

    internal static AttemptResult Refused() => new AttemptResult.Refused(new ReeveError(ErrorCatalogue.Tools.Declined, "No."), Value.Of("no"));
}
