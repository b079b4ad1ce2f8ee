namespace Reeve.Governance.Secrets;

/// <summary>Where secrets come from beside the store. What the environment says is handed in: only the command reads it.</summary>
public sealed record SecretPlaces
{
    /// <summary>How the environment's variables with secrets begin.</summary>
    public const string VariablePrefix = "REEVE_SECRET_";

    /// <summary>Variables of the environment by name; those that are no <c>REEVE_SECRET_…</c> are never looked at.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The folder in which each file is a secret; it need not be there.</summary>
    public string Folder { get; init; } = "/run/secrets";

    /// <summary>The file of the master key, which is no secret for tools wherever it lies; null when there is none.</summary>
    public string? MasterKeyFile { get; init; }
}
