namespace Reeve.Operations.Metrics;

/// <summary>
/// What is counted per tenant. Every exception is counted once under each heading with a colon, by what its row says now; a row
/// that changes is taken back and counted again in the commit that changes it.
/// </summary>
public static class CounterNames
{
    /// <summary>Exceptions received.</summary>
    public const string Received = "received";

    /// <summary>Exceptions that are RESOLVED without a person having acted.</summary>
    public const string ResolvedAutomatically = "resolved_auto";

    /// <summary>Microseconds from received to RESOLVED, of all that are.</summary>
    public const string ResolveMicroseconds = "resolve_us";

    /// <summary>How many are in <see cref="ResolveMicroseconds"/>.</summary>
    public const string ResolveCount = "resolve_count";

    /// <summary>Microseconds from received to triaged, of all that are.</summary>
    public const string TriageMicroseconds = "triage_us";

    /// <summary>How many are in <see cref="TriageMicroseconds"/>.</summary>
    public const string TriageCount = "triage_count";

    /// <summary>What stands for a severity or an actionability that is not known.</summary>
    public const string None = "none";

    /// <summary>Exceptions of a status; the wire name.</summary>
    public static string Status(string status) => "status:" + status;

    /// <summary>Exceptions of a severity; the wire name or <see cref="None"/>.</summary>
    public static string Severity(string severity) => "severity:" + severity;

    /// <summary>Exceptions of an actionability; the wire name or <see cref="None"/>.</summary>
    public static string Actionability(string actionability) => "actionability:" + actionability;

    /// <summary>Exceptions of a domain.</summary>
    public static string Domain(string domain) => "domain:" + domain;

    /// <summary>Exceptions of a type; null is those without one, which no type's name can be taken for.</summary>
    public static string Type(string? type) => type is null ? "no_type" : "type:" + type;
}
