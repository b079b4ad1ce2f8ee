using System.CommandLine;
using Reeve.Commands.Places;
using Reeve.Core.Errors;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Core.Wording;
using Reeve.Governance.Identity;
using Reeve.Governance.Tenants;
using Reeve.Server.Hosting;

namespace Reeve.Commands.TenantVerbs;

/// <summary><c>reeve keys</c>: API keys, shown once when they are made.</summary>
internal static class KeysCommand
{
    internal static Command Build(CommandContext context) =>
        new("keys", "Create, list and revoke API keys.") { BuildCreate(context), BuildList(context), BuildRevoke(context) };

    private static Command BuildCreate(CommandContext context)
    {
        Option<string?> tenant = new("--tenant") { Description = "The tenant it opens." };
        Option<bool> platform = new("--platform") { Description = "A key of the platform administrator, who stands outside every tenant." };
        Option<string[]> role = new("--role") { Description = "What it may do: viewer, operator, admin, supervisor, developer or auditor; several times for several." };
        Option<string> owner = new("--owner") { Description = "The person or team behind it.", Required = true };
        Option<string> kind = new("--kind") { Description = "Whether a person or a program uses it; only a person's key may approve.", DefaultValueFactory = _ => "service" };
        kind.AcceptOnlyFromAmong("person", "service");
        Option<DateTimeOffset?> expires = SharedOptions.Time("--expires", "Until when it works, ISO 8601 with an offset; until revoked unless given.");
        Option<string?> store = StoreAccess.Option();
        Command command = new("create", "Make a key and print it, once: only its hash is kept.") { tenant, platform, role, owner, kind, expires, store };
        command.Validators.Add(result =>
        {
            bool forPlatform = result.GetValue(platform);
            bool hasTenant = result.GetValue(tenant) is not null;
            bool hasRole = result.GetValue(role) is { Length: > 0 };
            if (forPlatform == hasTenant)
            {
                result.AddError("Give either --tenant ID or --platform.");
            }
            else if (forPlatform && hasRole)
            {
                result.AddError("--platform is a role of its own: leave --role out.");
            }
            else if (hasTenant && !hasRole)
            {
                result.AddError("Give --role: viewer, operator, admin, supervisor, developer or auditor.");
            }
        });
        command.SetAction((call, cancellationToken) => StoreAccess.RunAsync(context, call.GetValue(store), async session =>
        {
            bool forPlatform = call.GetValue(platform);
            TenantId of = forPlatform ? PlatformTenant.Id : await StoreAccess.TenantAsync(session, call.GetValue(tenant), cancellationToken);
            KeyRequest request = new(
                of,
                call.GetValue(kind) == "person" ? PrincipalKind.Person : PrincipalKind.Service,
                call.GetValue(owner)!, // not null: it is required
                forPlatform ? ["platform"] : call.GetValue(role)!, // not null: the validator saw it
                call.GetValue(expires));
            (ApiKey key, string text) = await session.Keys.CreateAsync(request, context.Actor, cancellationToken);
            context.Output.WriteLine(text);
            context.Error.WriteLine(Shown.Line(
                $"Key {key.Id} of {key.Owner} for {(forPlatform ? "the platform" : $"tenant {key.TenantId}")}, {string.Join(", ", key.Roles)}. Keep it now: it cannot be shown again. Send it as header X-API-Key."));
            return Terminal.Done;
        }, cancellationToken));
        return command;
    }

    private static Command BuildList(CommandContext context)
    {
        Option<string?> tenant = new("--tenant") { Description = "Whose; may be left out when the store has one tenant." };
        Option<bool> platform = new("--platform") { Description = "The platform administrator's." };
        Option<string?> store = StoreAccess.Option();
        Option<OutputFormat> format = SharedOptions.Format();
        Command command = new("list", "List keys, without their secrets.") { tenant, platform, store, format };
        command.SetAction((call, cancellationToken) => StoreAccess.RunAsync(context, call.GetValue(store), async session =>
        {
            TenantId of = await OwnerAsync(session, call.GetValue(tenant), call.GetValue(platform), cancellationToken);
            IReadOnlyList<ApiKey> keys = await session.Keys.ListAsync(of, cancellationToken);
            Listing.Print(context, call.GetValue(format), [.. keys.Select(key => Row(key, context.Clock.GetUtcNow()))], "keyId", "owner", "kind", "roles", "state", "createdAt", "expiresAt");
            return Terminal.Done;
        }, cancellationToken));
        return command;
    }

    private static Command BuildRevoke(CommandContext context)
    {
        Argument<string> id = new("key-id") { Description = "The id, as 'reeve keys list' shows it." };
        Option<string?> tenant = new("--tenant") { Description = "Whose; may be left out when the store has one tenant." };
        Option<bool> platform = new("--platform") { Description = "The platform administrator's." };
        Option<string?> store = StoreAccess.Option();
        Command command = new("revoke", "Revoke a key: it works nowhere a second later.") { id, tenant, platform, store };
        command.SetAction((call, cancellationToken) => StoreAccess.RunAsync(context, call.GetValue(store), async session =>
        {
            string text = call.GetValue(id)!; // not null: it is required
            TenantId of = await OwnerAsync(session, call.GetValue(tenant), call.GetValue(platform), cancellationToken);
            if (!Guid.TryParse(text, out Guid key) || !await session.Keys.RevokeAsync(of, key, context.Actor, cancellationToken))
            {
                throw new ReeveException(new ReeveError(ErrorCatalogue.Command.NotFound, "There is no such key.", Shown.Short(text, 64), nextStep: "List them: reeve keys list."));
            }

            context.Error.WriteLine($"Revoked key {key}.");
            return Terminal.Done;
        }, cancellationToken));
        return command;
    }

    private static async Task<TenantId> OwnerAsync(StoreSession session, string? tenant, bool platform, CancellationToken cancellationToken) =>
        platform ? PlatformTenant.Id : await StoreAccess.TenantAsync(session, tenant, cancellationToken);

    private static ObjectMap Row(ApiKey key, DateTimeOffset now) => ObjectMap.Of(
        ("keyId", Value.Of(key.Id.ToString())),
        ("tenantId", Value.Of(key.TenantId.Value)),
        ("owner", Value.Of(key.Owner)),
        ("kind", Value.Of(Wire.Name(key.Kind))),
        ("roles", Listing.Texts(key.Roles)),
        ("state", Value.Of(key.RevokedAt is not null ? "revoked" : key.ExpiresAt <= now ? "expired" : "active")),
        ("createdAt", Listing.Time(key.CreatedAt)),
        ("createdBy", Value.Of(key.CreatedBy)),
        ("expiresAt", Listing.Time(key.ExpiresAt)),
        ("revokedAt", Listing.Time(key.RevokedAt)));
}
