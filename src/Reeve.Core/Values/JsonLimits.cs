namespace Reeve.Core.Values;

/// <summary>What a reader of JSON accepts beyond the grammar.</summary>
public sealed record JsonLimits
{
    /// <summary>For texts that Reeve's own users write: packs, variables, schemas. 16 MiB, 128 levels.</summary>
    public static JsonLimits Default { get; } = new();

    /// <summary>For payloads (EX-AGENT-INTAKE-1): 1 MiB, 64 levels.</summary>
    public static JsonLimits Payload { get; } = new() { MaxBytes = 1024 * 1024, MaxDepth = 64 };

    /// <summary>The longest text accepted, in bytes.</summary>
    public int MaxBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>The deepest nesting accepted; a scalar at the top is at depth 0.</summary>
    public int MaxDepth { get; init; } = 128;

    /// <summary>Whether U+0000 may occur in strings. Databases cannot store it as text, so only tests of outside suites allow it.</summary>
    public bool AllowNul { get; init; }

    /// <summary>
    /// Whether a number that no double can hold (1e400) is null to whoever reads the value. An infinity would satisfy or
    /// escape a limit that nobody compared it with; nothing makes a rule ask.
    /// </summary>
    public bool InfiniteIsNull { get; init; }
}
