using Reeve.Core.Errors;

namespace Reeve.Storage.Migrations;

/// <summary>What a migration run did; each is shown as <c>0001_record</c>.</summary>
public sealed record MigrationReport
{
    /// <summary>What was applied now, in order.</summary>
    public required IReadOnlyList<string> Created { get; init; }

    /// <summary>What was there already.</summary>
    public required IReadOnlyList<string> Skipped { get; init; }

    /// <summary>What failed; it was rolled back, and what follows it was not tried. Null when nothing failed.</summary>
    public FailedMigration? Failed { get; init; }

    /// <summary>The login role that was made a node's role; null when none was named.</summary>
    public string? GrantedTo { get; init; }

    /// <summary>This report, when nothing failed.</summary>
    /// <exception cref="ReeveException">STORE-011.</exception>
    public MigrationReport OrThrow() => Failed is null ? this : throw new ReeveException(Failed.Error);
}

/// <summary>A migration that failed.</summary>
public sealed record FailedMigration(string Label, ReeveError Error);
