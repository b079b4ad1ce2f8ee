using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using Reeve.Commands.Places;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Core.Wording;
using Reeve.Governance.Secrets;
using Reeve.Governance.Tenants;
using Reeve.Server.Hosting;

namespace Reeve.Commands.SecretVerbs;

/// <summary><c>reeve secrets</c>: what tools are given by <c>secret://name</c>, entered by people. A value is never a word of the command line, and is never shown.</summary>
internal static class SecretsCommand
{
    // A little more than the longest, so that one that is too long is refused and not cut.
    private const int MostRead = 72 * 1024;

    private static readonly StoreUse Use = new() { NeedsMasterKey = true, LeavesInbox = true };

    internal static Command Build(CommandContext context) =>
        new("secrets", "Set, list and remove what tools need by secret://NAME.") { BuildSet(context), BuildList(context), BuildRemove(context) };

    private static Command BuildSet(CommandContext context)
    {
        Argument<string> name = Name();
        Option<string?> tenant = Tenant("Whose; the platform's unless given, which every tenant has that has none of its own.");
        Option<string?> store = StoreAccess.Option();
        Command command = new("set", "Set a secret. Its value comes from standard input, or is asked for at a terminal.") { name, tenant, store };
        command.SetAction(async (call, cancellationToken) =>
        {
            string secret = call.GetValue(name)!; // not null: it is required
            byte[] value = await ReadAsync(context, secret, cancellationToken);
            try
            {
                // What was read here travels to the process that holds the store as its standard input.
                CommandContext read = context with { OpenInput = () => new MemoryStream(value, writable: false) };
                return await StoreAccess.RunAsync(read, call.GetValue(store), Use with { ReadsInput = true }, async session =>
                {
                    TenantId scope = await ScopeAsync(session, call.GetValue(tenant), cancellationToken);
                    await session.Secrets.SetAsync(scope, secret, value, context.Actor, cancellationToken);
                    context.Error.WriteLine(Shown.Line($"Set secret {secret} of {Whose(scope)}. Tools name it as secret://{secret}."));
                    return Terminal.Done;
                }, cancellationToken);
            }
            finally
            {
                CryptographicOperations.ZeroMemory(value);
            }
        });
        return command;
    }

    private static Command BuildList(CommandContext context)
    {
        Option<string?> tenant = Tenant("Whose; the platform's unless given.");
        Option<string?> store = StoreAccess.Option();
        Option<OutputFormat> format = SharedOptions.Format();
        Command command = new("list", "List the secrets that people set: names, when and by whom. No values, and none of the environment or of files.") { tenant, store, format };
        command.SetAction((call, cancellationToken) => StoreAccess.RunAsync(context, call.GetValue(store), Use, async session =>
        {
            TenantId scope = await ScopeAsync(session, call.GetValue(tenant), cancellationToken);
            IReadOnlyList<SecretEntry> secrets = await session.Secrets.ListAsync(scope, context.Actor, cancellationToken);
            Listing.Print(context, call.GetValue(format), [.. secrets.Select(Row)], "name", "updatedAt", "setBy", "owner");
            if (secrets.Count == 0)
            {
                context.Error.WriteLine(Shown.Line($"Nobody has set a secret of {Whose(scope)}."));
            }

            return Terminal.Done;
        }, cancellationToken));
        return command;
    }

    private static Command BuildRemove(CommandContext context)
    {
        Argument<string> name = Name();
        Option<string?> tenant = Tenant("Whose; the platform's unless given.");
        Option<string?> store = StoreAccess.Option();
        Command command = new("remove", "Remove a secret: no call that begins afterwards has it.") { name, tenant, store };
        command.SetAction((call, cancellationToken) => StoreAccess.RunAsync(context, call.GetValue(store), Use, async session =>
        {
            string secret = call.GetValue(name)!; // not null: it is required
            TenantId scope = await ScopeAsync(session, call.GetValue(tenant), cancellationToken);
            await session.Secrets.RemoveAsync(scope, secret, context.Actor, cancellationToken);
            context.Error.WriteLine(Shown.Line($"Removed secret {secret} of {Whose(scope)}."));
            return Terminal.Done;
        }, cancellationToken));
        return command;
    }

    private static Argument<string> Name() => new("name") { Description = "Its name: letters, digits, '.', '_' and '-'." };

    private static Option<string?> Tenant(string description) => new("--tenant") { Description = description };

    private static async Task<TenantId> ScopeAsync(StoreSession session, string? tenant, CancellationToken cancellationToken) =>
        tenant is null ? PlatformTenant.Id : await StoreAccess.TenantAsync(session, tenant, cancellationToken);

    private static string Whose(TenantId scope) => scope == PlatformTenant.Id ? "the platform" : $"tenant {scope}";

    private static async Task<byte[]> ReadAsync(CommandContext context, string name, CancellationToken cancellationToken)
    {
        if (context.Held is null && context.AskHidden is { } ask)
        {
            return Encoding.UTF8.GetBytes(ask($"Value of {Shown.Name(name)} (it is not shown): ") ?? "");
        }

        byte[] content = new byte[MostRead];
        await using Stream input = context.OpenInput();
        int length = await input.ReadAtLeastAsync(content, MostRead, throwOnEndOfStream: false, cancellationToken);
        byte[] value = content[..length];
        CryptographicOperations.ZeroMemory(content);
        return value;
    }

    private static ObjectMap Row(SecretEntry secret) => ObjectMap.Of(
        ("name", Value.Of(secret.Name)),
        ("tenantId", secret.Scope == PlatformTenant.Id ? Value.Null : Value.Of(secret.Scope.Value)),
        ("updatedAt", Listing.Time(secret.UpdatedAt)),
        ("setBy", Value.Of(secret.SetBy)),
        ("owner", Value.Of(secret.Owner)));
}
