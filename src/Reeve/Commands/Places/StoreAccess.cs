using System.CommandLine;
using Reeve.Core.Errors;
using Reeve.Core.Records;
using Reeve.Core.Wording;
using Reeve.Governance.Tenants;
using Reeve.Server.Hosting;
using Reeve.Storage.Databases;

namespace Reeve.Commands.Places;

/// <summary>What a command needs of the store beside its address.</summary>
internal sealed record StoreUse
{
    /// <summary>Whether it reads standard input, which then travels with it to the process that holds the store.</summary>
    internal bool ReadsInput { get; init; }

    /// <summary>Whether the master key is looked at, too.</summary>
    internal bool NeedsMasterKey { get; init; }

    /// <summary>Whether a file that is not there is made.</summary>
    internal bool MayCreate { get; init; }

    /// <summary>Whether it leaves undecided what an earlier process received: it must be done first, or has nothing to do with it.</summary>
    internal bool LeavesInbox { get; init; }

    /// <summary>How many exceptions are decided at once.</summary>
    internal int Workers { get; init; } = 1;
}

/// <summary>
/// How a verb comes to its store: it opens the one that is named; a SQLite file that another process holds is used through
/// that process, which then does the whole command.
/// </summary>
internal static class StoreAccess
{
    internal static Option<string?> Option() =>
        new("--store") { Description = "sqlite:PATH or postgres:CONNECTION-STRING; else REEVE__STORE, reeve.yaml, or a file in your data folder." };

    /// <summary>Runs an action on the store, here or in the process that holds it.</summary>
    internal static Task<int> RunAsync(CommandContext context, string? store, Func<StoreSession, Task<int>> act, CancellationToken cancellationToken) =>
        RunAsync(context, store, new StoreUse(), act, cancellationToken);

    /// <summary>Runs an action on the store, here or in the process that holds it.</summary>
    internal static async Task<int> RunAsync(
        CommandContext context, string? store, StoreUse use, Func<StoreSession, Task<int>> act, CancellationToken cancellationToken)
    {
        if (context.Held is { } held)
        {
            return await act(held);
        }

        return await new HeldStore(context, AddressOf(context, store), use).RunAsync(act, cancellationToken);
    }

    /// <summary>The address that a command line, the environment, <c>reeve.yaml</c> or nobody gave.</summary>
    /// <exception cref="ReeveException">STORE-001, CFG-….</exception>
    internal static StoreAddress AddressOf(CommandContext context, string? given)
    {
        ReeveSettings settings = context.Settings.Value;
        return given is null && settings.Store is { } set ? set
            : StoreAddress.Parse(given ?? "sqlite:" + Path.Combine(settings.DataFolder, "reeve.db"), context.FullPathOf("."));
    }

    /// <summary>The tenant that is meant: the one named, or the only one there is.</summary>
    /// <exception cref="ReeveException">CMD-001, CMD-002.</exception>
    internal static async Task<TenantId> TenantAsync(StoreSession session, string? given, CancellationToken cancellationToken)
    {
        if (given is not null)
        {
            return (await session.Tenants.FindAsync(new TenantId(given), cancellationToken))?.Id
                ?? throw new ReeveException(new ReeveError(
                    ErrorCatalogue.Command.NotFound, $"There is no tenant {Shown.Name(given)}.", "--tenant", nextStep: "Create it: reeve tenants create ID; 'reeve tenants list' shows those there are."));
        }

        IReadOnlyList<Tenant> tenants = await session.Tenants.ListAsync(cancellationToken);
        return tenants.Count switch
        {
            1 => tenants[0].Id,
            0 => throw new ReeveException(new ReeveError(
                ErrorCatalogue.Command.TenantNeeded, "The store has no tenant yet.", "--tenant", nextStep: "Run exceptions (reeve run), or create one: reeve tenants create ID.")),
            int count => throw new ReeveException(new ReeveError(ErrorCatalogue.Command.TenantNeeded, $"The store has {count} tenants.", "--tenant")),
        };
    }

    /// <summary>The <c>--store</c> of this command line, for a command that is proposed next; empty when there was none, or when it may hold a password.</summary>
    internal static string Repeated(CommandContext context)
    {
        for (int i = 0; i < context.Words.Count; i++)
        {
            string word = context.Words[i];
            string? value = word == "--store" && i + 1 < context.Words.Count ? context.Words[i + 1]
                : word.StartsWith("--store=", StringComparison.Ordinal) ? word["--store=".Length..] : null;
            if (value is not null)
            {
                return value.StartsWith("sqlite:", StringComparison.OrdinalIgnoreCase) ? $" --store {ShellWord.Quoted(value)}" : " --store ...";
            }
        }

        return "";
    }
}
