using Reeve.Core.Changes;
using Reeve.Core.Events;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Engine.Imports;

namespace Reeve.Testing.Stores;

/// <content>Commits that another made: the tables of a simulated database.</content>
public sealed partial class MemoryStore
{
    /// <summary>What an outcome runs into as things stand; null when nothing.</summary>
    /// <param name="changes">Its changes.</param>
    /// <param name="withDeliveries">Whether deliveries are looked for.</param>
    internal CommitOutcome? ConflictOf(IReadOnlyList<Change> changes, bool withDeliveries = true)
    {
        lock (changing)
        {
            return changes.OfType<ImportChange.ItemAdded>().Select(ItemThere).FirstOrDefault(found => found is not null)
                ?? (withDeliveries ? changes.Select(Delivered).FirstOrDefault(found => found is not null) : null) ?? changes.Select(Refuse).FirstOrDefault(found => found is not null);
        }
    }

    /// <summary>A row as it stands; null when there is none.</summary>
    internal ExceptionRow? Stored(TenantId tenant, ExceptionId id)
    {
        lock (changing)
        {
            return Row(tenant, id);
        }
    }

    /// <summary>Every row as it stands.</summary>
    internal IReadOnlyList<ExceptionRow> Stored()
    {
        lock (changing)
        {
            return [.. rows.Values];
        }
    }

    /// <summary>How far a reader has come.</summary>
    internal ReaderPosition Reader(string name)
    {
        lock (changing)
        {
            return readers.GetValueOrDefault(name) ?? ReaderPosition.Start;
        }
    }

    /// <summary>Moves a reader on.</summary>
    internal void Move(string name, ReaderPosition to)
    {
        lock (changing)
        {
            readers[name] = to;
        }
    }

    /// <summary>Makes a commit whose events are linked already.</summary>
    internal void Write(int slot, long n, DateTimeOffset at, IReadOnlyList<Change> changes, IReadOnlyList<LoggedEvent> events)
    {
        lock (changing)
        {
            foreach (Change change in changes)
            {
                Make(change, slot, n);
            }

            SortedDictionary<string, int> tenants = new(StringComparer.Ordinal);
            foreach (LoggedEvent item in events)
            {
                tenants[item.TenantId.Value] = tenants.GetValueOrDefault(item.TenantId.Value) + 1;
                log.Add(item);
            }

            commits.Add(new Commit(slot, n, at, changes, tenants));
        }
    }
}
