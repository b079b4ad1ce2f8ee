using Reeve.Storage.Databases;

namespace Reeve.Storage.Plans;

/// <summary>A statement of a store, and the index that must serve it however large its table is.</summary>
/// <param name="Name">What it is for, in a few words.</param>
/// <param name="Statement">The statement itself, not a copy.</param>
/// <param name="Table">The table.</param>
/// <param name="Index">The index; <c>TABLE_pkey</c> is the primary key in both dialects.</param>
/// <param name="Sample">Gives every parameter but <c>@tenant</c> a value of its type, as plans are made for values; times near the database's, which is given.</param>
public sealed record ExpectedPlan(string Name, Statement Statement, string Table, string Index, Action<Parameters, DateTimeOffset> Sample)
{
    /// <summary>The dialect it is looked at in alone; null: in both.</summary>
    public Dialect? Only { get; init; }

    /// <summary>How many of the index's columns it is sought by, at least. One is the tenant alone, which every list is.</summary>
    public int Columns { get; init; } = 1;

    /// <summary>Whether it runs as the eraser.</summary>
    public bool Erases { get; init; }

    /// <summary>Whether it is the primary key.</summary>
    public bool IsKey => Index == Table + "_pkey";
}

/// <summary>What was found of an <see cref="ExpectedPlan"/>.</summary>
/// <param name="Expected">What must be.</param>
/// <param name="Outcome">Whether the index is used.</param>
/// <param name="Found">The plan, step by step.</param>
public sealed record PlanFinding(ExpectedPlan Expected, PlanOutcome Outcome, string Found);

/// <summary>Whether an index is used.</summary>
public enum PlanOutcome
{
    /// <summary>It is searched by a condition, and no part of the table is read by itself.</summary>
    Used,

    /// <summary>
    /// The table is so small that all its indexes cost the same, and the planner took another one of them. The expected one is there. PostgreSQL only: SQLite chooses by rules.
    /// </summary>
    Undecided,

    /// <summary>It is not there, or not used.</summary>
    Unused,
}
