using Reeve.Engine.Imports;
using Reeve.Storage.Databases;

namespace Reeve.Storage.Committing.Outcomes;

/// <summary>What changes of the row of an import have in common.</summary>
internal static class ImportRow
{
    internal static ImportId IdOf(ImportChange change) => change switch
    {
        ImportChange.Begun begun => begun.Id,
        ImportChange.TakenUp taken => taken.From.Id,
        ImportChange.Ended ended => ended.Id,
        ImportChange.ItemAdded item => item.Import,
        _ => throw new ArgumentOutOfRangeException(nameof(change)),
    };

    internal static Statement StatementOf(ImportChange change) => change switch
    {
        ImportChange.Begun => ImportSql.Begin,
        ImportChange.TakenUp => ImportSql.TakeUp,
        ImportChange.Ended => ImportSql.End,
        _ => throw new ArgumentOutOfRangeException(nameof(change)),
    };
}
