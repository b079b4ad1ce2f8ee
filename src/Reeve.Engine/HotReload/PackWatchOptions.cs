namespace Reeve.Engine.HotReload;

/// <summary>What is watched, and how.</summary>
public sealed record PackWatchOptions
{
    /// <summary>The folder: one of a domain pack and its policies, or of such folders.</summary>
    public required string Folder { get; init; }

    /// <summary>
    /// How long a file must stay as it is before it is read; 1 s. Editors write, rename and set times within milliseconds; a copy over
    /// the network that pauses for longer is read half, refused, and read again when it goes on.
    /// </summary>
    public TimeSpan Settle { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often a file is read although neither its length nor its time changed; 1 min. Some copies keep both.</summary>
    public TimeSpan ReadAnyway { get; init; } = TimeSpan.FromMinutes(1);
}
