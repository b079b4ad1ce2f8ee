using Reeve.Core.Errors;

namespace Reeve.Storage.Migrations;

/// <summary>How a store's schema stands to this release.</summary>
public enum SchemaState
{
    /// <summary>It is this release's.</summary>
    Ready,

    /// <summary>Migrations are pending; all of them, when it is empty.</summary>
    NotMigrated,

    /// <summary>A later release has migrated it.</summary>
    Newer,

    /// <summary>What was applied is not what this release would have applied.</summary>
    Changed,
}

/// <summary>How a store's schema stands to this release, with the versions.</summary>
public sealed record SchemaStatus
{
    /// <summary>The judgement.</summary>
    public required SchemaState State { get; init; }

    /// <summary>The highest version applied; 0 for none.</summary>
    public required int Current { get; init; }

    /// <summary>The version of this release.</summary>
    public required int Wanted { get; init; }

    /// <summary>What was applied, in order, as <c>0001_record</c>.</summary>
    public required IReadOnlyList<string> Applied { get; init; }

    /// <summary>What is to be applied, in order, as <c>0001_record</c>.</summary>
    public required IReadOnlyList<string> Pending { get; init; }

    /// <summary>The applied migration that differs; null unless <see cref="SchemaState.Changed"/>.</summary>
    public string? Differing { get; init; }

    /// <summary>The error that keeps a node from using the store; null when it is ready.</summary>
    /// <param name="store">How the store is shown.</param>
    public ReeveError? Refusal(string store) => State switch
    {
        SchemaState.NotMigrated => new(ErrorCatalogue.Storage.NotMigrated, $"It is at version {Current}, this release needs {Wanted}.", store),
        SchemaState.Newer => new(ErrorCatalogue.Storage.Newer, $"It is at version {Current}, this release knows {Wanted}.", store),
        SchemaState.Changed => new(ErrorCatalogue.Storage.MigrationChanged, $"The migration {Differing} was applied in another form.", store),
        _ => null,
    };

    internal static SchemaStatus Of(IReadOnlyList<AppliedMigration> applied, IReadOnlyList<Migration> known)
    {
        int current = applied.Count == 0 ? 0 : applied.Max(one => one.Version);
        int wanted = known.Count == 0 ? 0 : known[^1].Version;
        Dictionary<int, AppliedMigration> byVersion = applied.ToDictionary(one => one.Version);
        Migration? differing = known.FirstOrDefault(one =>
            one.Version <= current && (!byVersion.TryGetValue(one.Version, out AppliedMigration? found) || found.Name != one.Name || found.Checksum != one.Checksum));
        return new SchemaStatus
        {
            State = differing is not null ? SchemaState.Changed
                : current > wanted ? SchemaState.Newer
                : current < wanted ? SchemaState.NotMigrated
                : SchemaState.Ready,
            Current = current,
            Wanted = wanted,
            Applied = [.. applied.OrderBy(one => one.Version).Select(one => $"{one.Version:0000}_{one.Name}")],
            Pending = [.. known.Where(one => one.Version > current).Select(one => one.Label)],
            Differing = differing?.Label,
        };
    }
}
