using System.Buffers.Binary;
using Reeve.Core.Changes;
using Reeve.Core.Decisions;
using Reeve.Core.Events;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Storage.Committing.Outcomes;
using Reeve.Storage.Databases;

namespace Reeve.Testing.Simulated.Worlds;

/// <summary>
/// What holds in every world, whatever breaks. What is on record is followed commit by commit and kept here a second time, so that a law is
/// looked at when something it is about happens, at the cost of that alone.
/// </summary>
internal sealed class WorldLaws(World world)
{
    // The attempt that received it, and the one that claimed it; the third escalates it undecided. What kills before it is received is its sender's to repeat.
    private const int MostDeaths = 2;

    private readonly Dictionary<(TenantId, int), HashSet<ExceptionId>> made = [];
    private readonly Dictionary<(TenantId, ExceptionKey), long> versions = [];
    private readonly Dictionary<(TenantId, ExceptionKey), long> read = [];
    private readonly Dictionary<(TenantId, int), byte[]> heads = [];
    private readonly Dictionary<int, long> numbers = [];
    private readonly Dictionary<int, int> sent = [];
    private readonly HashSet<(TenantId, PassId)> decided = [];
    private readonly Dictionary<(TenantId, PassId), Guid> receivers = [];
    private readonly Dictionary<(TenantId, ExceptionKey), PassId> latest = [];
    private readonly HashSet<(TenantId, PassId)> passes = [];
    private readonly HashSet<Guid> written = [];
    private readonly HashSet<Guid> followed = [];
    private readonly List<(TenantId Tenant, ExceptionId Id)> acknowledged = [];
    private readonly Dictionary<(TenantId, PassId), int> deaths = [];

    /// <summary>The first law that was broken; null while all hold.</summary>
    internal LawBrokenException? Broken { get; private set; }

    /// <summary>What no reader has seen yet; null when it has seen everything.</summary>
    internal string? UnreadAtRest => followed.Count < written.Count ? $"a reader has seen {followed.Count} of {written.Count} events" : null;

    internal void Break(string law, string what) => Broken ??= new LawBrokenException(law, what);

    /// <summary>A call was sent: what of it cannot be known again may be there once more.</summary>
    internal void Sent(PlannedCall call)
    {
        foreach (PlannedItem item in call.Items.DistinctBy(item => item.Number))
        {
            sent[item.Number] = item.IsDelivery ? 1 : sent.GetValueOrDefault(item.Number) + 1;
        }
    }

    /// <summary>A commit, as it is made.</summary>
    internal void Written(SimulatedCommit commit)
    {
        Require(commit.N == numbers.GetValueOrDefault(commit.Slot) + 1, "a slot's commits have no gap", $"{commit.Slot}:{commit.N} follows {numbers.GetValueOrDefault(commit.Slot)}");
        numbers[commit.Slot] = commit.N;
        if (commit.Events.Count > 0)
        {
            SimulatedSlot slot = world.Database.Read(tables => tables.Slots[commit.Slot]);
            Require(slot.Writer == commit.Writer, "only its holder writes to a slot", $"commit {commit.Slot}:{commit.N} is another writer's");
        }

        Follow(commit);
        foreach (Change change in commit.Changes)
        {
            switch (change)
            {
                case ExceptionChange.Add add:
                    Added(add.Row);
                    break;
                case ExceptionChange.Update update:
                    Moved(update.Row, update.From);
                    break;
                case ExceptionChange.Enqueue put:
                    receivers[(put.Tenant, put.Pass)] = commit.Writer;
                    break;
                case ExceptionChange.Dequeue taken:
                    world.Meet(receivers[(taken.Tenant, taken.Pass)] == commit.Writer ? "DecidedLater" : "DecidedLaterThroughAnotherSlot");
                    Require(decided.Add((taken.Tenant, taken.Pass)), "a pass is decided once", $"pass {taken.Pass} is decided again");
                    break;
            }
        }
    }

    /// <summary>A node says that a call is on record: an answer that nobody can take back.</summary>
    internal void Acknowledged(WorldNode node, PlannedCall call, IReadOnlyList<ExceptionResult> results)
    {
        TenantId tenant = world.Plan.Tenants[call.Tenant].TenantId;
        Require(results.Count == call.Items.Count, "each item has one answer", $"{node.Name} gives {results.Count} to {call.Items.Count}");
        for (int i = 0; i < results.Count && i < call.Items.Count; i++)
        {
            if (results[i].ExceptionId is { } id)
            {
                bool isThere = made.TryGetValue((tenant, call.Items[i].Number), out HashSet<ExceptionId>? known) && known.Contains(id) && world.Database.Tables.Stored(tenant, id) is not null;
                Require(isThere, "what is acknowledged is on record", $"{node.Name} acknowledges item {call.Items[i].Number} as {id}");
                acknowledged.Add((tenant, id));
            }
        }
    }

    /// <summary>A page that the reader was given.</summary>
    internal void WasRead(LogPage page)
    {
        foreach (LoggedEvent item in page.Events)
        {
            if (item.ExceptionKey is { } key && item.RowVersion is { } version)
            {
                long before = read.GetValueOrDefault((item.TenantId, key));
                Require(version <= before + 1, "no effect is read before its cause", $"version {version} of exception {key} is read after {before}");
                read[(item.TenantId, key)] = Math.Max(before, version);
            }

            Require(written.Contains(item.EventId), "what is read is on record", $"event {item.Position}");
            followed.Add(item.EventId);
        }
    }

    /// <summary>Deciding a pass stopped its process.</summary>
    internal void Killed(WorldNode node, TenantId tenant, PassId pass)
    {
        if (receivers.ContainsKey((tenant, pass)))
        {
            int times = deaths[(tenant, pass)] = deaths.GetValueOrDefault((tenant, pass)) + 1;
            Require(times <= MostDeaths, "what was received kills twice at most", $"pass {pass} kills {node.Name}, and has killed {times - 1} before");
        }
    }

    /// <summary>Nothing is under way any more.</summary>
    internal void AtRest(IReadOnlyList<WorldNode?> nodes)
    {
        foreach ((TenantId tenant, ExceptionId id) in acknowledged)
        {
            Require(world.Database.Tables.Stored(tenant, id) is not null, "what is acknowledged stays on record", $"{tenant}/{id}");
        }

        foreach (ExceptionRow row in world.Database.Tables.Stored())
        {
            // What its source closed before it was triaged has ended, too; and what stopped its process for people to look at.
            bool isFinal = row.TriagedAt is not null || row.Record.ResolutionStatus is ResolutionStatus.Escalated or ResolutionStatus.Resolved;
            Require(isFinal, "everything received is decided", $"{row.Record.TenantId}/{row.Record.ExceptionId} is {row.Record.ResolutionStatus} in version {row.Version}: {(isFinal ? "" : HistoryOf(row))}");
        }

        Require(nodes.All(node => node is { IsOpen: true }), "every node serves again", "one does not");
        Require(UnreadAtRest is null, "a reader misses nothing", UnreadAtRest ?? "");
        Count();
    }

    private void Added(ExceptionRow row)
    {
        TenantId tenant = row.Record.TenantId;
        Pass(row);
        Require(row.Version == 1 && versions.TryAdd((tenant, row.Key), 1), "a row is added once, in version 1", $"{tenant}/{row.Record.ExceptionId} in version {row.Version}");
        int item = (int)row.Record.RawPayload[PlannedItem.NumberMember].AsInt();
        if (!made.TryGetValue((tenant, item), out HashSet<ExceptionId>? ids))
        {
            made[(tenant, item)] = ids = [];
        }

        ids.Add(row.Record.ExceptionId);
        Require(ids.Count <= sent.GetValueOrDefault(item), "nothing is there twice", $"item {item} made {string.Join(" and ", ids)}");
    }

    private void Moved(ExceptionRow row, long from)
    {
        (TenantId, ExceptionKey) place = (row.Record.TenantId, row.Key);
        long before = versions.GetValueOrDefault(place);
        Require(from == before && row.Version == before + 1, "a row's versions follow one another", $"{row.Record.TenantId}/{row.Record.ExceptionId} goes from {from} to {row.Version}, and is in {before}");
        versions[place] = row.Version;
        Pass(row);
    }

    // A pass that another has followed is over, decided or not.
    private void Pass(ExceptionRow row)
    {
        (TenantId, ExceptionKey) place = (row.Record.TenantId, row.Key);
        if (!latest.TryGetValue(place, out PassId before) || before != row.PassId)
        {
            Require(passes.Add((row.Record.TenantId, row.PassId)), "no pass comes back after another", $"{row.Record.TenantId}/{row.Record.ExceptionId} goes back from pass {before} to {row.PassId}");
            latest[place] = row.PassId;
        }
    }

    // Chains, hash by hash, from the columns alone.
    private void Follow(SimulatedCommit commit)
    {
        TenantId? last = null;
        Span<byte> digest = stackalloc byte[EventHash.Length];
        Dictionary<TenantId, int> ordinals = [];
        foreach (LoggedEvent item in commit.Events)
        {
            last = item.TenantId;
            int ordinal = ordinals.GetValueOrDefault(item.TenantId);
            ordinals[item.TenantId] = ordinal + 1;
            byte[] link = new byte[EventHash.Length];
            EventHash.Digest(item, digest);
            EventHash.Link(heads.GetValueOrDefault((item.TenantId, commit.Slot)) ?? new byte[EventHash.Length], item.Position, commit.At, digest, link);
            Require(
                item.Position == new EventPosition(commit.Slot, commit.N, ordinal) && link.AsSpan().SequenceEqual(item.Hash.Span), "chains link", $"event {item.Position} of {item.TenantId}");
            Require(written.Add(item.EventId), "an event is there once", $"event {item.Position} of {item.TenantId}");
            heads[(item.TenantId, commit.Slot)] = link;
            world.Scheduler.Note(BinaryPrimitives.ReadInt64BigEndian(link));
        }
    }

    // What slots counted, together, is what the rows say.
    private void Count()
    {
        Dictionary<string, SortedDictionary<string, long>> kept = [];
        world.Database.Read(tables =>
        {
            foreach (((TenantId tenant, int _), string counts) in tables.Tallies)
            {
                if (!kept.TryGetValue(tenant.Value, out SortedDictionary<string, long>? sums))
                {
                    kept[tenant.Value] = sums = new SortedDictionary<string, long>(StringComparer.Ordinal);
                }

                foreach ((string name, long value) in TallyText.Read(counts))
                {
                    sums[name] = sums.GetValueOrDefault(name) + value;
                }
            }

            return true;
        });
        foreach (IGrouping<string, ExceptionRow> tenant in world.Database.Tables.Stored().GroupBy(row => row.Record.TenantId.Value, StringComparer.Ordinal))
        {
            CounterRow counters = new("");
            foreach (ExceptionRow row in tenant)
            {
                counters.Receive();
                counters.Count(CountedRow.Of(row), 1);
            }

            string is_ = string.Join(", ", TallyText.Read(counters.Render()).Select(item => $"{item.Key} {item.Value}"));
            string counted = string.Join(", ", kept.GetValueOrDefault(tenant.Key)?.Where(item => item.Value != 0).Select(item => $"{item.Key} {item.Value}") ?? []);
            Require(string.Equals(is_, counted), "counters count what is there", $"{tenant.Key}: {counted} are counted, and there are {is_}");
        }
    }

    private string HistoryOf(ExceptionRow row) => string.Join(", ", world.Database.Tables.Events.Where(item => item.ExceptionKey == row.Key)
        .OrderBy(item => item.RowVersion).Select(item => $"{item.RowVersion} {item.Type} {item.Stage} of pass {item.PassId.ToString()![^4..]} in {item.Position} at {item.RecordedAt:T}"));

    private void Require(bool holds, string law, string what)
    {
        if (!holds)
        {
            Break(law, what);
        }
    }
}
