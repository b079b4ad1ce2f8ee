using Reeve.Core.Errors;
using Reeve.Core.Events;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Engine.Intake;
using Reeve.Engine.Recording.PassEvents;
using Reeve.Engine.Runtime;

namespace Reeve.Engine.Recording.Inputs;

/// <summary>Who an item is to what is stored: settled where that is expected to matter, and always when the commit finds that something is there.</summary>
internal interface IStoredIdentity
{
    /// <summary>Whether items are always settled before they are decided; else only once the commit has found some that were there.</summary>
    bool LooksFirst { get; }

    /// <summary>What a delivery is kept under.</summary>
    IReadOnlyList<DeliveryKey> Kept(Arrival arrival);

    /// <summary>Gives items another id, or answers them, where what is stored asks for it.</summary>
    Task SettleAsync(IReadOnlyList<PassWork> items, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>The commit found the item's id or key there.</summary>
    Task GiveUpIdAsync(PassWork item, DateTimeOffset now, CancellationToken cancellationToken);
}

/// <summary>A run suppresses nothing against other runs: an id that is stored already becomes a new one.</summary>
internal sealed class RunStoredIdentity(IExceptionStore exceptions, IIdSource ids, TenantId tenant) : IStoredIdentity
{
    // The inputs of people are often inputs that they ran before.
    public bool LooksFirst => true;

    public IReadOnlyList<DeliveryKey> Kept(Arrival arrival) => [];

    public async Task SettleAsync(IReadOnlyList<PassWork> items, DateTimeOffset now, CancellationToken cancellationToken)
    {
        List<PassWork> given = [.. items.Where(item => item.Arrival is { IdGiven: true, GivenId: null } && item.Item.Identity is IdentityOutcome.New)];
        if (given.Count == 0)
        {
            return;
        }

        IReadOnlyDictionary<ExceptionId, ExceptionKey> known = await exceptions.KnownAsync(tenant, [.. given.Select(item => item.Arrival.Record.ExceptionId)], cancellationToken);
        foreach (PassWork item in given.Where(item => known.ContainsKey(item.Arrival.Record.ExceptionId)))
        {
            item.Rename(ids, now);
        }
    }

    public Task GiveUpIdAsync(PassWork item, DateTimeOffset now, CancellationToken cancellationToken)
    {
        item.Rename(ids, now);
        return Task.CompletedTask;
    }
}

/// <summary>Ingestion: a delivery that arrived before makes nothing, and an id that another delivery uses is refused.</summary>
internal sealed class IngestedIdentity(IExceptionStore exceptions, IEventLog log, IIdSource ids, TenantId tenant) : IStoredIdentity
{
    public bool LooksFirst => false;

    public IReadOnlyList<DeliveryKey> Kept(Arrival arrival) => DeliveryKeys.Kept(arrival);

    public async Task SettleAsync(IReadOnlyList<PassWork> items, DateTimeOffset now, CancellationToken cancellationToken)
    {
        List<(PassWork Item, DeliveryKey Key)> sought = [.. items.Select(item => (item, Key: DeliveryKeys.Sought(item.Arrival))).Where(pair => pair.Key is not null).Select(pair => (pair.item, pair.Key!.Value))]; // not null: just asked
        if (sought.Count > 0)
        {
            IReadOnlyDictionary<DeliveryKey, ExceptionId> delivered = await exceptions.DeliveredAsync(tenant, [.. sought.Select(pair => pair.Key)], cancellationToken);
            foreach ((PassWork item, DeliveryKey key) in sought)
            {
                if (delivered.TryGetValue(key, out ExceptionId first))
                {
                    item.Repeats(await exceptions.FindAsync(tenant, first, cancellationToken));
                }
            }
        }

        List<PassWork> given = [.. items.Where(item => !item.IsAnswered && item.Arrival.IdGiven && item.Item.Identity is IdentityOutcome.New)];
        if (given.Count > 0)
        {
            IReadOnlyDictionary<ExceptionId, ExceptionKey> known = await exceptions.KnownAsync(tenant, [.. given.Select(item => item.Arrival.Record.ExceptionId)], cancellationToken);
            foreach (PassWork item in given)
            {
                if (known.ContainsKey(item.Arrival.Record.ExceptionId))
                {
                    await AnswerAsync(item, cancellationToken);
                }
            }
        }
    }

    // Somebody was faster with the id, and the next look finds them; else it is the key that is taken.
    public Task GiveUpIdAsync(PassWork item, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (item.Arrival.IdGiven)
        {
            item.Rekey(ids, now);
        }
        else
        {
            item.Rename(ids, now);
        }

        return Task.CompletedTask;
    }

    private async Task AnswerAsync(PassWork item, CancellationToken cancellationToken)
    {
        ExceptionRecord record = item.Arrival.Record;

        // The same delivery may have been stored between the look for deliveries and that for ids.
        if (DeliveryKeys.Sought(item.Arrival) is { } key
            && (await exceptions.DeliveredAsync(tenant, [key], cancellationToken)).TryGetValue(key, out ExceptionId first))
        {
            item.Repeats(await exceptions.FindAsync(tenant, first, cancellationToken));
            return;
        }

        if (await exceptions.FindAsync(tenant, record.ExceptionId, cancellationToken) is not { } row)
        {
            return;
        }

        bool same = string.Equals(row.Record.SourceSystem, record.SourceSystem)
            && await FirstPayloadAsync(row.Key, cancellationToken) is { } payload && payload.Span.SequenceEqual(record.RawBytes.Span);
        if (same)
        {
            item.Repeats(row, "The same payload arrived before under the same exceptionId.");
        }
        else
        {
            item.Refuse(new ReeveError(
                ErrorCatalogue.Intake.IdInUse,
                $"The id '{record.ExceptionId}' is used by the exception that '{row.Record.SourceSystem}' delivered at {Core.Values.TimeText.Timestamp(row.CreatedAt)}.", "/exceptionId"));
        }
    }

    private async Task<ReadOnlyMemory<byte>?> FirstPayloadAsync(ExceptionKey key, CancellationToken cancellationToken)
    {
        await foreach (LoggedEvent item in EventParts.OfAll(log.OfExceptionAsync(tenant, key, cancellationToken)))
        {
            if (item.Type == EventType.ExceptionReceived)
            {
                return RecordedPass.PayloadOf(item);
            }
        }

        return null;
    }
}
