using System.CommandLine;
using System.Text;
using Reeve.Core.Errors;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Governance.Access;
using Reeve.Governance.Identity;
using Reeve.Server.Hosting;

namespace Reeve.Commands.Places;

/// <summary>
/// Who acts by a verb that somebody must answer for. Whoever may read the store's files is this machine's administrator, and proves no more than that; a person proves who it is by a key of its own, in a file,
/// so that it is in no list of processes.
/// </summary>
internal static class ActingAs
{
    // A key has 69 characters.
    private const int LongestKey = 1024;

    internal static Option<string?> Option() => new("--as") { Description = "A file with the API key of whoever acts; this machine's administrator, who is no person, unless given.", HelpName = "key-file" };

    /// <summary>Who acts, and in which tenant.</summary>
    /// <param name="context">The caller.</param>
    /// <param name="session">The store.</param>
    /// <param name="keyFile">The file; null: this machine's administrator.</param>
    /// <param name="tenant">The tenant that is named; null when none is.</param>
    /// <param name="permission">What a key's roles must allow.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ReeveException">INPUT-001 when the file cannot be read; AUTH-001 to AUTH-003; CMD-001, CMD-002.</exception>
    internal static async Task<Acting> FindAsync(CommandContext context, StoreSession session, string? keyFile, string? tenant, Permission permission, CancellationToken cancellationToken)
    {
        if (keyFile is null)
        {
            return new Acting(context.Actor, await StoreAccess.TenantAsync(session, tenant, cancellationToken), IsAdministrator: true);
        }

        Caller caller = await session.Keys.AuthenticateAsync(Read(context, keyFile), cancellationToken)
            ?? throw new ReeveException(new ReeveError(ErrorCatalogue.Identity.Unauthenticated, "The key in the file is not valid.", "--as"));
        if (tenant is not null && caller.TenantId.Value != tenant)
        {
            throw new ReeveException(new ReeveError(ErrorCatalogue.Identity.OtherTenant, "The key is another tenant's.", "--as"));
        }

        AccessRules.Demand(caller.Principal, permission);
        return new Acting(caller.Principal, caller.TenantId, caller.Principal.Roles.Contains(Roles.Admin));
    }

    private static string Read(CommandContext context, string keyFile)
    {
        try
        {
            using FileStream file = File.OpenRead(context.PathOf(keyFile));
            byte[] bytes = new byte[LongestKey];
            return Encoding.UTF8.GetString(bytes, 0, file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)).Trim('\uFEFF', ' ', '\t', '\r', '\n');
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new ReeveException(new ReeveError(ErrorCatalogue.Input.FileUnreadable, fault.Message, "--as"), fault);
        }
    }
}

/// <summary>Who acts.</summary>
/// <param name="Principal">The principal.</param>
/// <param name="TenantId">In which tenant.</param>
/// <param name="IsAdministrator">Whether as an administrator.</param>
internal sealed record Acting(Principal Principal, TenantId TenantId, bool IsAdministrator);
