using System.Text.Json;
using Reeve.Operations.Metrics;

namespace Reeve.Commands.Artefacts;

/// <summary>The metrics of a tenant as JSON (EX-OBS-3). What cannot be measured is null.</summary>
internal static class MetricsFile
{
    internal static void Write(Utf8JsonWriter writer, TenantMetrics metrics)
    {
        writer.WriteStartObject();
        writer.WriteNumber("exceptionCount", metrics.ExceptionCount);
        Number(writer, "autoResolutionRate", metrics.AutoResolutionRate);
        Number(writer, "mttrSeconds", metrics.MttrSeconds);
        Number(writer, "meanTimeToTriageSeconds", metrics.MeanTimeToTriageSeconds);
        writer.WriteNumber("actionableApprovedCount", metrics.ActionableApprovedCount);
        writer.WriteNumber("actionableNonApprovedCount", metrics.ActionableNonApprovedCount);
        writer.WriteNumber("nonActionableCount", metrics.NonActionableCount);
        writer.WriteNumber("escalatedCount", metrics.EscalatedCount);
        Counts(writer, "byStatus", metrics.ByStatus);
        Counts(writer, "bySeverity", metrics.BySeverity);
        writer.WriteEndObject();
    }

    private static void Number(Utf8JsonWriter writer, string name, double? value)
    {
        if (value is { } known)
        {
            writer.WriteNumber(name, Math.Round(known, 4));
        }
        else
        {
            writer.WriteNull(name);
        }
    }

    private static void Counts(Utf8JsonWriter writer, string name, IReadOnlyList<MetricCount> counts)
    {
        writer.WriteStartObject(name);
        foreach (MetricCount count in counts)
        {
            writer.WriteNumber(count.Name, count.Count);
        }

        writer.WriteEndObject();
    }
}
