using System.Text.Json;
using Reeve.Core.Events;
using Reeve.Core.Values;

namespace Reeve.Storage.Committing.Outcomes;

/// <summary>The events of a commit in their order, each with its place and its link, and what the commit's row says of them.</summary>
internal sealed class ChainLinks
{
    private ChainLinks(List<LinkedEvent> events, string tenants, Dictionary<string, byte[]> heads)
    {
        Events = events;
        Tenants = tenants;
        Heads = heads;
    }

    internal List<LinkedEvent> Events { get; }

    /// <summary>The column <c>tenants</c>: how many events each tenant has, keys in ordinal order.</summary>
    internal string Tenants { get; }

    /// <summary>The last link of each tenant, once this is committed.</summary>
    internal Dictionary<string, byte[]> Heads { get; }

    /// <summary>Links the events of some outcomes.</summary>
    /// <param name="outcomes">In the order of the commit.</param>
    /// <param name="slot">The slot.</param>
    /// <param name="n">The commit.</param>
    /// <param name="at">Its time.</param>
    /// <param name="heads">The last link of every tenant that has one.</param>
    internal static ChainLinks Of(IReadOnlyList<Outcome> outcomes, int slot, long n, DateTimeOffset at, Dictionary<string, byte[]> heads)
    {
        List<LinkedEvent> events = new(outcomes.Count * 8);
        Dictionary<string, (int Count, byte[] Last)> chains = new(StringComparer.Ordinal);
        List<string> tenants = [];
        for (int i = 0; i < outcomes.Count; i++)
        {
            foreach (PreparedEvent prepared in outcomes[i].Events)
            {
                string tenant = prepared.Event.TenantId.Value;
                if (!chains.TryGetValue(tenant, out (int Count, byte[] Last) chain))
                {
                    tenants.Add(tenant);
                    chain = (0, heads.GetValueOrDefault(tenant) ?? new byte[EventHash.Length]);
                }

                byte[] hash = new byte[EventHash.Length];
                EventHash.Link(chain.Last, new EventPosition(slot, n, chain.Count), at, prepared.Digest.Span, hash);
                events.Add(new LinkedEvent(prepared.Event, chain.Count, hash));
                chains[tenant] = (chain.Count + 1, hash);
            }
        }

        tenants.Sort(StringComparer.Ordinal);
        Dictionary<string, byte[]> last = new(tenants.Count, StringComparer.Ordinal);
        foreach (string tenant in tenants)
        {
            last[tenant] = chains[tenant].Last;
        }

        return new ChainLinks(events, Text(tenants, chains), last);
    }

    private static string Text(List<string> tenants, Dictionary<string, (int Count, byte[] Last)> chains) =>
        System.Text.Encoding.UTF8.GetString(JsonText.Render((tenants, chains), static (Utf8JsonWriter writer, (List<string> Tenants, Dictionary<string, (int Count, byte[] Last)> Chains) state) =>
        {
            writer.WriteStartObject();
            foreach (string tenant in state.Tenants)
            {
                writer.WriteNumber(tenant, state.Chains[tenant].Count);
            }

            writer.WriteEndObject();
        }));
}

/// <summary>An event with its place in its commit and its link.</summary>
internal readonly record struct LinkedEvent(LoggedEvent Event, int Ordinal, byte[] Hash);
