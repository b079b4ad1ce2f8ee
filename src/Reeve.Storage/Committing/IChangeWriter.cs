using Reeve.Core.Changes;
using Reeve.Core.Ports;
using Reeve.Storage.Databases;

namespace Reeve.Storage.Committing;

/// <summary>What a store contributes to the committer: the SQL of its capability's changes. Thread-safe.</summary>
public interface IChangeWriter
{
    /// <summary>The statements that make a change, in order; null when the change is another store's.</summary>
    IReadOnlyList<StatementCall>? For(Change change);
}

/// <summary>One statement to be executed in a commit.</summary>
/// <param name="Statement">The SQL; <c>@tenant</c> is bound by the committer.</param>
/// <param name="Bind">Adds the other parameters; may be called again when the batch is sent again.</param>
/// <param name="Otherwise">What it means when no row was written; null when that is fine.</param>
public sealed record StatementCall(Statement Statement, Action<Parameters> Bind, CommitOutcome? Otherwise)
{
    /// <summary>Whether it erases, and so runs under the role that may (reeve_eraser) and nothing else.</summary>
    public bool Erases { get; init; }
}
