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
    internal CommitOutcome? ConflictOf(IReadOnlyList<Change> changes)
    {
        lock (changing)
        {
            return changes.OfType<ImportChange.ItemAdded>().Select(ItemThere).FirstOrDefault(found => found is not null)
                ?? changes.Select(Delivered).FirstOrDefault(found => found is not null) ?? changes.Select(Refuse).FirstOrDefault(found => found is not null);
        }
    }

    /// <summary>The last link of a chain; null when it has none.</summary>
    internal byte[]? HeadOf(TenantId tenant, int slot)
    {
        lock (changing)
        {
            return log.LastOrDefault(item => item.TenantId == tenant && item.Position.Slot == slot)?.Hash.ToArray();
        }
    }

    /// <summary>When the last commit of a slot was made.</summary>
    internal DateTimeOffset? LastAt(int slot)
    {
        lock (changing)
        {
            return commits.LastOrDefault(commit => commit.Slot == slot)?.At;
        }
    }

    /// <summary>Makes a commit whose events are linked already.</summary>
    internal void Write(int slot, long n, DateTimeOffset at, IReadOnlyList<Change> changes, IReadOnlyList<LoggedEvent> events)
    {
        lock (changing)
        {
            foreach (Change change in changes)
            {
                Make(change);
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
