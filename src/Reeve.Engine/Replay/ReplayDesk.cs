using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Reeve.Core.Decisions;
using Reeve.Core.Errors;
using Reeve.Core.Events;
using Reeve.Core.Policies;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Engine.Agents;
using Reeve.Engine.Pipeline;
using Reeve.Engine.Recording;
using Reeve.Engine.Recording.PassEvents;
using Reeve.Engine.Runtime;

namespace Reeve.Engine.Replay;

/// <summary>
/// Decides recorded passes again from their recorded inputs, evidence and clock readings, under the packs and settings they began
/// with, and compares to the byte. Nobody is asked, nothing is written. Thread-safe.
/// </summary>
public sealed class ReplayDesk
{
    private readonly IEventLog log;
    private readonly PacksByHash packs;
    private readonly ExceptionPipeline pipeline;

    /// <summary>Makes the desk with Reeve's agents, or with others in their places.</summary>
    /// <param name="runtime">The clock and the workers.</param>
    /// <param name="log">The log.</param>
    /// <param name="packs">The packs by hash.</param>
    /// <param name="logger">For what an agent throws.</param>
    /// <param name="agents">One per stage; null: Reeve's own.</param>
    public ReplayDesk(IRuntime runtime, IEventLog log, PacksByHash packs, ILogger logger, IEnumerable<IStageAgent>? agents = null)
    {
        this.log = log;
        this.packs = packs;

        // No ids are made: what a pass began with has its own.
        pipeline = new ExceptionPipeline(runtime, new SeededIds("replay"), new PipelineOptions(), logger, agents: agents);
    }

    /// <summary>Replays every pass of a run, one after the other; memory holds one.</summary>
    public async IAsyncEnumerable<ReplayedPass> ReplayAsync(TenantId tenant, RunId run, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        List<LoggedEvent> pass = [];
        await foreach (LoggedEvent item in log.OfRunAsync(tenant, run, cancellationToken))
        {
            if (item.PassId is null)
            {
                continue;
            }

            if (pass.Count > 0 && pass[0].PassId != item.PassId)
            {
                yield return await ReplayAsync(tenant, pass, cancellationToken);
                pass.Clear();
            }

            pass.Add(item);
        }

        if (pass.Count > 0)
        {
            yield return await ReplayAsync(tenant, pass, cancellationToken);
        }
    }

    private async Task<ReplayedPass> ReplayAsync(TenantId tenant, IReadOnlyList<LoggedEvent> events, CancellationToken cancellationToken)
    {
        PassId id = events[0].PassId!.Value; // not null: its caller asked
        RecordedPass? recorded;
        try
        {
            recorded = RecordedPass.Read(events);
        }
        catch (ReeveException fault) when (string.Equals(fault.Error.Code, ErrorCatalogue.Storage.Corrupt.Code))
        {
            return new ReplayedPass(id, null, ReplayVerdict.Different, null, $"The log was changed: {fault.Error.Message}");
        }

        catch (ReeveException later) when (string.Equals(later.Error.Code, ErrorCatalogue.Storage.Later.Code))
        {
            return new ReplayedPass(id, null, ReplayVerdict.Impossible, null, later.Error.Message);
        }

        if (recorded is null)
        {
            return new ReplayedPass(id, null, ReplayVerdict.Erased, null, "What it was decided from was erased.");
        }

        ExceptionId exception = recorded.Arrival.Record.ExceptionId;
        if (recorded.End is not { } end)
        {
            return new ReplayedPass(id, exception, ReplayVerdict.Unfinished, null, "It has not ended.");
        }

        BoundPolicy? policy = await packs(tenant, recorded.Settings.DomainPack, recorded.Settings.TenantPolicy, cancellationToken);
        if (policy is null || Missing(recorded.Settings, end) is { Length: > 0 })
        {
            return new ReplayedPass(id, exception, ReplayVerdict.Impossible, null, policy is null ? "Its packs are not stored." : Missing(recorded.Settings, end));
        }

        ExceptionCase decided = await DecideAsync(recorded, policy, events[^1].OccurredAt, cancellationToken);
        byte[] document = DecisionDocument.Render(decided.Result(), recorded.Settings.DomainPack, recorded.Settings.TenantPolicy);
        bool equal = string.Equals(Convert.ToHexStringLower(SHA256.HashData(document)), end.Document);
        return equal
            ? new ReplayedPass(id, exception, ReplayVerdict.Equal, document, "")
            : new ReplayedPass(id, exception, ReplayVerdict.Different, document, FirstDifference.Describe(recorded, end, decided) + Zones(recorded.Settings, policy));
    }

    private async Task<ExceptionCase> DecideAsync(RecordedPass recorded, BoundPolicy policy, DateTimeOffset last, CancellationToken cancellationToken)
    {
        ExceptionCase? decided = await pipeline.DecideAsync(
            new PassStart { Arrival = recorded.Arrival, Policy = policy, Settings = recorded.Settings, Now = last, Recorded = recorded.Stages }, cancellationToken);
        return decided!; // not null: only a journal ends a pass before its end
    }

    private static string Missing(PassSettings settings, RecordedEnd end) =>
        settings.LogicVersion != DecisionDocument.LogicVersion ? $"It was decided by version {settings.LogicVersion} of the decision logic; this release has {DecisionDocument.LogicVersion}."
        : end.Format != DecisionDocument.Format ? $"Its decision document has format {end.Format}; this release writes {DecisionDocument.Format}."
        : "";

    private string Zones(PassSettings settings, BoundPolicy policy) =>
        string.Equals(pipeline.SettingsOf(policy).TimeZoneData, settings.TimeZoneData) ? "" : " This machine's time-zone data are not those it was decided with.";
}

/// <summary>What a replay of one pass came to.</summary>
public enum ReplayVerdict
{
    /// <summary>EQUAL: the same bytes.</summary>
    Equal,

    /// <summary>DIFFERENT: other bytes; the logic or the log was changed.</summary>
    Different,

    /// <summary>ERASED: its inputs were erased.</summary>
    Erased,

    /// <summary>UNFINISHED: it has not ended.</summary>
    Unfinished,

    /// <summary>IMPOSSIBLE: what it was decided with is not here: its packs, or its version of the logic.</summary>
    Impossible,
}

/// <summary>One pass, replayed.</summary>
/// <param name="PassId">The pass.</param>
/// <param name="ExceptionId">Its exception; null when erased.</param>
/// <param name="Verdict">How it compares.</param>
/// <param name="Document">The decision document that was made again; null when it could not be.</param>
/// <param name="Detail">For people: where the first difference is, or why there is nothing to compare; empty when equal. It may quote what was decided.</param>
public sealed record ReplayedPass(PassId PassId, ExceptionId? ExceptionId, ReplayVerdict Verdict, byte[]? Document, string Detail);
