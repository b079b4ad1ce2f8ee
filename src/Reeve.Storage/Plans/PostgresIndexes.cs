namespace Reeve.Storage.Plans;

/// <summary>An index in PostgreSQL that can be used.</summary>
/// <param name="Name">Its own name.</param>
/// <param name="Root">The index of the partitioned table it is a part of; else itself.</param>
/// <param name="Table">Its table, which may be a partition.</param>
/// <param name="Whole">The partitioned table; else the table.</param>
/// <param name="Bytes">How large the table is, without indexes.</param>
internal sealed record PostgresIndex(string Name, string Root, string Table, string Whole, long Bytes);

/// <summary>The indexes there are.</summary>
internal sealed class PostgresIndexes(IReadOnlyList<PostgresIndex> all)
{
    // Some hundred rows. Below, one index costs what any other does.
    private const long SmallTable = 256 * 1024;

    private readonly ILookup<string, PostgresIndex> byName = all.ToLookup(index => index.Name, StringComparer.Ordinal);

    internal bool Exists(string index) => byName.Contains(index);

    /// <summary>Whether an index, or the one that it is a part of, has a name.</summary>
    internal bool IsOrBelongsTo(string index, string name) => index == name || byName[index].Any(one => one.Root == name);

    /// <summary>Whether a relation is a table or a part of it.</summary>
    internal bool IsPartOf(string relation, string table) => relation == table || all.Any(index => index.Table == relation && index.Whole == table);

    /// <summary>The table, or the part of one, that an index is of.</summary>
    internal string TableOf(string index) => byName[index].Select(one => one.Table).FirstOrDefault() ?? "";

    /// <summary>Whether a table, or a part of one, is so small.</summary>
    internal bool IsSmall(string table) => all.Where(index => index.Table == table).Select(index => index.Bytes).FirstOrDefault() < SmallTable;
}
