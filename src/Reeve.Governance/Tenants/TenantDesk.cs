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

    /// <summary>
    /// Says how far a tenant's automation goes (EX-AGENT-RES-4). When it returns, this process calls nothing that the mode forbids; others, within a second. What is decided meanwhile is decided in the
    /// mode that it began with, and sent, if at all, in the mode of that moment.
    /// </summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="mode">How far.</param>
    /// <param name="leaves">The mode that the actor saw; null: whichever it is now.</param>
    /// <param name="reason">Why, one line of 1 to 200 visible characters once it is straightened; null: none is given.</param>
    /// <param name="actor">Who says so.</param>
    /// <param name="cancellationToken">Gives up waiting; it may be changed nevertheless.</param>
    /// <returns>The tenant as it is now, and the mode it was in: the same one when there was nothing to change.</returns>
    /// <exception cref="ReeveException">TENANT-003; TENANT-004 when it is in another mode than <paramref name="leaves"/>, or somebody changes it at the same moment; TENANT-005; STORE-….</exception>
    public async Task<(Tenant Tenant, AutomationMode From)> SetModeAsync(
        TenantId tenant, AutomationMode mode, AutomationMode? leaves, string? reason, Principal actor, CancellationToken cancellationToken)
    {
        string? why = reason is null ? null : OneLine.Straighten(reason);
        if (why is not null && !OneLine.IsValid(why))
        {
            throw new ReeveException(new ReeveError(ErrorCatalogue.Tenants.BadReason, $"The reason is not a line of 1 to {OneLine.Longest} visible characters.", "reason"));
        }

        Tenant known = await FindAsync(tenant, cancellationToken)
            ?? throw new ReeveException(new ReeveError(ErrorCatalogue.Tenants.NotFound, $"There is no tenant {Shown.Name(tenant.Value ?? "")}.", "tenantId"));
        if (leaves is { } seen && seen != known.Mode)
        {
            throw new ReeveException(new ReeveError(ErrorCatalogue.Tenants.ModeMoved, $"Tenant {known.Id} is in mode {Wire.Name(known.Mode)}, not {Wire.Name(seen)}.", "mode"));
        }

        if (known.Mode == mode)
        {
            return (known, mode);
        }

        Change[] changes = [new TenantModeSet(tenant, known.Mode, mode), new Change.Append(ModeChanged(known, mode, why, TimeText.ToMicroseconds(clock.GetUtcNow()), actor))];
        return await committer.CommitAloneAsync(tenant, changes, cancellationToken) is CommitOutcome.Committed
            ? (known with { Mode = mode }, known.Mode)
            : throw new ReeveException(new ReeveError(ErrorCatalogue.Tenants.ModeMoved, $"Somebody else changed the mode of tenant {known.Id} at the same moment.", "mode"));
    }

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

    private static EventDraft ModeChanged(Tenant tenant, AutomationMode mode, string? reason, DateTimeOffset at, Principal actor) => new()
    {
        TenantId = tenant.Id,
        Type = EventType.TenantModeChanged,
        Actor = actor,
        At = at,
        Body = JsonText.Render((From: tenant.Mode, To: mode, Reason: reason, Actor: actor), static (writer, changed) =>
        {
            writer.WriteStartObject();
            writer.WriteString("from", Wire.Name(changed.From));
            writer.WriteString("to", Wire.Name(changed.To));
            writer.WriteString("reason", changed.Reason);
            PrincipalJson.WriteActor(writer, changed.Actor);
            writer.WriteEndObject();
        }),
    };
}
