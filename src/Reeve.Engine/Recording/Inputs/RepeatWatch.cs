using Reeve.Core.Records;

namespace Reeve.Engine.Recording.Inputs;

/// <summary>
/// Of which tenants the last chunk held a repeat of what is stored. A repeat that only the commit finds costs its whole batch another try, so the
/// next chunk of such a tenant is looked up before it is decided; of all others nothing is read. Thread-safe.
/// </summary>
internal sealed class RepeatWatch
{
    private readonly Lock changing = new();
    private readonly HashSet<TenantId> repeating = [];

    internal bool Expects(TenantId tenant)
    {
        lock (changing)
        {
            return repeating.Contains(tenant);
        }
    }

    internal void Note(TenantId tenant, bool anyRepeat)
    {
        lock (changing)
        {
            _ = anyRepeat ? repeating.Add(tenant) : repeating.Remove(tenant);
        }
    }
}
