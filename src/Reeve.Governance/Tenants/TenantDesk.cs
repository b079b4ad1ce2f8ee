using Reeve.Core.Changes;
using Reeve.Core.Errors;
using Reeve.Core.Events;
using Reeve.Core.Ports;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Core.Wording;

namespace Reeve.Governance.Tenants;

/// <summary>The door to tenants. Whether the actor may is asked by whoever calls. Thread-safe.</summary>
public sealed class TenantDesk(ITenantStore store, ICommitter committer, TimeProvider clock)
{
    /// <summary>Creates a tenant; one that is there is left as it is.</summary>
    /// <param name="tenant">Its id; see <see cref="TenantIds"/>.</param>
    /// <param name="name">For people, at most 200 characters once what is not seen is left out; null or blank takes the id.</param>
    /// <param name="mode">How far its automation goes.</param>
    /// <param name="actor">Who creates it.</param>
    /// <param name="cancellationToken">Gives up waiting; it may be created nevertheless.</param>
    /// <returns>The tenant, and whether it was made now.</returns>
    /// <exception cref="ReeveException">TENANT-001 for an id that none may have, TENANT-002 for such a name.</exception>
    public async Task<(Tenant Tenant, bool Created)> CreateAsync(TenantId tenant, string? name, AutomationMode mode, Principal actor, CancellationToken cancellationToken)
    {
        TenantIds.Demand(tenant);
        string shown = NameOf(tenant, name);
        if (await store.FindAsync(tenant, cancellationToken) is { } known)
        {
            return (known, false);
        }

        Tenant made = new(tenant, shown, mode, TimeText.ToMicroseconds(clock.GetUtcNow()), actor.Id);
        CommitOutcome outcome = await committer.CommitAloneAsync(tenant, [new TenantAdded(made), new Change.Append(Created(made, actor))], cancellationToken);
        return outcome is CommitOutcome.Committed
            ? (made, true)
            : (await store.FindAsync(tenant, cancellationToken)
                ?? throw new InvalidOperationException($"The tenant was there already and cannot be found: {outcome}."), false);
    }

    /// <summary>A tenant; null when there is none.</summary>
    public async Task<Tenant?> FindAsync(TenantId tenant, CancellationToken cancellationToken) =>
        TenantIds.IsValid(tenant) ? await store.FindAsync(tenant, cancellationToken) : null;

    /// <summary>Every tenant, by id.</summary>
    public Task<IReadOnlyList<Tenant>> ListAsync(CancellationToken cancellationToken) => store.ListAsync(cancellationToken);

    private static string NameOf(TenantId tenant, string? name)
    {
        string shown = string.IsNullOrWhiteSpace(name) ? tenant.Value : OneLine.Clean(name);
        return OneLine.IsValid(shown)
            ? shown
            : throw new ReeveException(new ReeveError(ErrorCatalogue.Tenants.BadName, $"The name of {Shown.Name(tenant.Value)} has not 1 to {OneLine.Longest} visible characters.", "name"));
    }

    private static EventDraft Created(Tenant tenant, Principal actor) => new()
    {
        TenantId = tenant.Id,
        Type = EventType.TenantCreated,
        Actor = actor,
        At = tenant.CreatedAt,
        Body = JsonText.Render((tenant, actor), static (writer, made) =>
        {
            writer.WriteStartObject();
            writer.WriteString("tenantId", made.tenant.Id.Value);
            writer.WriteString("name", made.tenant.Name);
            writer.WriteString("mode", Wire.Name(made.tenant.Mode));
            writer.WriteString("createdAt", TimeText.Timestamp(made.tenant.CreatedAt));
            writer.WriteString("createdBy", made.tenant.CreatedBy);
            PrincipalJson.WriteActor(writer, made.actor);
            writer.WriteEndObject();
        }),
    };
}
