using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Reeve.Core.Errors;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Governance.Holds;
using Reeve.Server.Hosting;
using Reeve.Server.Problems;
using Reeve.Storage.Probes;

namespace Reeve.Server.Api.Vitals;

/// <summary>How the server is (HX-10 to HX-13). What it tells is for everybody, so it names no host, path or error text. Thread-safe.</summary>
internal sealed class HealthReport(StoreSession store, ServerState state, TimeProvider clock)
{
    // Orchestrators ask every few seconds and give up after a few more.
    private static readonly TimeSpan ProbeDeadline = TimeSpan.FromSeconds(2);

    private const string Unknown = "unknown";

    private readonly StoreProbe probe = new(store.Database);

    /// <summary>Why nothing should be sent here now; null when it may be.</summary>
    internal async Task<Problem?> UnreadyAsync(CancellationToken cancellationToken) => state.Phase switch
    {
        ServerPhase.Starting => Problem.Of(ErrorCatalogue.Http.Starting, "It is not ready yet."),
        ServerPhase.Draining => Problem.Of(ErrorCatalogue.Http.Draining, "It finishes what it has."),
        _ => await ReachesStoreAsync(cancellationToken) ? null : Problem.Of(ErrorCatalogue.Storage.Unavailable, "The store does not answer."),
    };

    /// <summary>The report, and the status it is answered with.</summary>
    internal async Task<(int Status, byte[] Body)> WriteAsync(CancellationToken cancellationToken)
    {
        bool reached = await ReachesStoreAsync(cancellationToken);
        string hold = reached ? await HoldAsync(cancellationToken) : Unknown;
        byte[] body = JsonText.Render((Report: this, Reached: reached, Hold: hold), static (writer, it) => it.Report.Write(writer, it.Reached, it.Hold));
        return (reached ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable, body);
    }

    private void Write(Utf8JsonWriter writer, bool reached, string hold)
    {
        writer.WriteStartObject();
        writer.WriteString("status", reached ? "healthy" : "unhealthy");
        writer.WriteString("timestamp", TimeText.Timestamp(clock.GetUtcNow()));
        writer.WriteString("phase", Wire.Name(state.Phase).ToLowerInvariant());
        writer.WriteString("database", reached ? "connected" : "error");
        writer.WriteString("database_identity", store.Database.Address.Identity);
        writer.WriteString("database_pool", reached ? "healthy" : "error");
        writer.WriteString("qdrant", "disabled");
        writer.WriteStartObject("background_tasks");
        writer.WriteEndObject();
        writer.WriteStartObject("kill_switches");
        writer.WriteString("hold", hold);
        writer.WriteEndObject();
        writer.WriteString("version", Product.Version);
        writer.WriteEndObject();
    }

    // Whom it stops is for those who may know; that something is stopped is for whoever wonders why nothing happens.
    private async Task<string> HoldAsync(CancellationToken cancellationToken)
    {
        try
        {
            IReadOnlyList<Hold> holds = await store.Holds.ListAsync(cancellationToken).WaitAsync(ProbeDeadline, clock, cancellationToken);
            return holds.Count == 0 ? "none" : holds.Any(static hold => hold.IsForAll) ? "all" : "some";
        }
        catch (Exception fault) when (fault is ReeveException or TimeoutException)
        {
            return Unknown;
        }
    }

    private async Task<bool> ReachesStoreAsync(CancellationToken cancellationToken)
    {
        try
        {
            await probe.TimeAsync(cancellationToken).WaitAsync(ProbeDeadline, clock, cancellationToken);
            return true;
        }
        catch (Exception fault) when (fault is ReeveException or TimeoutException)
        {
            return false;
        }
    }
}
