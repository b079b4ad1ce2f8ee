using System.Text.Json;
using Reeve.Core.Events;
using Reeve.Core.Values;

namespace Reeve.Storage.Committing.Outcomes;

/// <summary>The events of a commit in their order, each with its place and its link, and what the commit's row says of them.</summary>
internal sealed class ChainLinks
{
    private ChainLinks(LinkedEvent[] events, string tenants)
    {
        Events = events;
        Tenants = tenants;
    }

    /// <summary>They and their hashes are good until the next commit of the slot.</summary>
    internal LinkedEvent[] Events { get; }

    /// <summary>The column <c>tenants</c>: how many events each tenant has, keys in ordinal order.</summary>
    internal string Tenants { get; }

    /// <summary>Links the events of some outcomes, and moves the heads on: who does not commit them must forget the memory.</summary>
    /// <param name="outcomes">In the order of the commit.</param>
    /// <param name="slot">The slot.</param>
    /// <param name="n">The commit.</param>
    /// <param name="at">Its time.</param>
    /// <param name="memory">Knows every tenant of them.</param>
    internal static ChainLinks Of(IReadOnlyList<Outcome> outcomes, int slot, long n, DateTimeOffset at, SlotMemory memory)
    {
        int count = 0;
        for (int i = 0; i < outcomes.Count; i++)
        {
            count += outcomes[i].Events.Length;
        }

        LinkedEvent[] events = new LinkedEvent[count];
        byte[] hashes = memory.Links(count * EventHash.Length);
        List<TenantMemory> tenants = [];
        int next = 0;
        for (int i = 0; i < outcomes.Count; i++)
        {
            Outcome outcome = outcomes[i];
            if (outcome.Events.Length == 0)
            {
                continue;
            }

            TenantMemory tenant = memory.Known(outcome.Tenant.Value);
            if (tenant.Commit != n)
            {
                tenant.Commit = n;
                tenant.Events = 0;
                tenants.Add(tenant);
            }

            foreach (PreparedEvent prepared in outcome.Events)
            {
                Memory<byte> hash = hashes.AsMemory(next * EventHash.Length, EventHash.Length);
                EventHash.Link(tenant.Head, new EventPosition(slot, n, tenant.Events), at, prepared.Digest.Span, tenant.Head);
                tenant.Head.CopyTo(hash.Span);
                events[next++] = new LinkedEvent(prepared.Event, tenant.Events++, hash);
            }
        }

        tenants.Sort(static (one, other) => string.CompareOrdinal(one.Tenant, other.Tenant));
        return new ChainLinks(events, Text(tenants));
    }

    private static string Text(List<TenantMemory> tenants) =>
        System.Text.Encoding.UTF8.GetString(JsonText.Render(tenants, static (Utf8JsonWriter writer, List<TenantMemory> counted) =>
        {
            writer.WriteStartObject();
            foreach (TenantMemory tenant in counted)
            {
                writer.WriteNumber(tenant.Tenant, tenant.Events);
            }

            writer.WriteEndObject();
        }));
}

/// <summary>An event with its place in its commit and its link.</summary>
/// <param name="Event">The event.</param>
/// <param name="Ordinal">Its place.</param>
/// <param name="Hash">Its link.</param>
internal readonly record struct LinkedEvent(LoggedEvent Event, int Ordinal, ReadOnlyMemory<byte> Hash);
