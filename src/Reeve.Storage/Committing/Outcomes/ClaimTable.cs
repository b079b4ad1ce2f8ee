using System.Runtime.CompilerServices;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Reeve.Core.Records;
using Reeve.Engine.Imports;
using Reeve.Engine.Recording;

namespace Reeve.Storage.Committing.Outcomes;

/// <summary>
/// Who waits for whom: an outcome waits for the one handed over before it that claims what it claims or uses. Known when it is handed
/// over, so that taking a batch looks at nothing that cannot go. Not thread-safe.
/// </summary>
internal sealed class ClaimTable
{
    private readonly Dictionary<ClaimKey, Holders> held = [];

    /// <summary>Enters an outcome behind those that are in.</summary>
    /// <returns>Whether it can go at once; else it can when as many as it waits for have left.</returns>
    internal bool Enter(Outcome outcome)
    {
        foreach (ClaimKey key in outcome.Claims)
        {
            ref Holders holders = ref CollectionsMarshal.GetValueRefOrAddDefault(held, key, out _);
            if (holders.Users is { } users)
            {
                // These wait for whoever claims it now, so to wait for them is enough.
                (users.Followers ??= []).Add(outcome);
                holders.Users = null;
                outcome.WaitsFor++;
            }
            else if (holders.Claimer is { } before)
            {
                (before.Followers ??= []).Add(outcome);
                outcome.WaitsFor++;
            }

            holders.Claimer = outcome;
        }

        if (outcome.Uses.Length > 0)
        {
            outcome.UsedWith = new UserGroup[outcome.Uses.Length];
            for (int i = 0; i < outcome.Uses.Length; i++)
            {
                ref Holders holders = ref CollectionsMarshal.GetValueRefOrAddDefault(held, outcome.Uses[i], out _);
                if (holders.Claimer is { } before)
                {
                    (before.Followers ??= []).Add(outcome);
                    outcome.WaitsFor++;
                }

                UserGroup users = holders.Users ??= new UserGroup();
                users.Count++;
                outcome.UsedWith[i] = users;
            }
        }

        return outcome.WaitsFor == 0;
    }

    /// <summary>Takes an outcome out.</summary>
    /// <param name="outcome">That was written, or never will be.</param>
    /// <param name="freed">Receives those that waited for nothing else.</param>
    internal void Leave(Outcome outcome, List<Outcome> freed)
    {
        // Whoever came behind it and never will be written may have taken the entry away.
        foreach (ClaimKey key in outcome.Claims)
        {
            ref Holders holders = ref CollectionsMarshal.GetValueRefOrNullRef(held, key);
            if (!Unsafe.IsNullRef(ref holders) && ReferenceEquals(holders.Claimer, outcome))
            {
                holders.Claimer = null;
                if (holders.Users is null)
                {
                    held.Remove(key);
                }
            }
        }

        for (int i = 0; i < outcome.Uses.Length; i++)
        {
            UserGroup users = outcome.UsedWith[i];
            if (--users.Count > 0)
            {
                continue;
            }

            ref Holders holders = ref CollectionsMarshal.GetValueRefOrNullRef(held, outcome.Uses[i]);
            if (!Unsafe.IsNullRef(ref holders) && ReferenceEquals(holders.Users, users))
            {
                holders.Users = null;
                if (holders.Claimer is null)
                {
                    held.Remove(outcome.Uses[i]);
                }
            }

            Free(users.Followers, freed);
        }

        Free(outcome.Followers, freed);
        outcome.Followers = null;
    }

    private static void Free(List<Outcome>? followers, List<Outcome> freed)
    {
        if (followers is null)
        {
            return;
        }

        foreach (Outcome follower in followers)
        {
            if (--follower.WaitsFor == 0)
            {
                freed.Add(follower);
            }
        }
    }

    // Of one key: the last that claims it, and those that use it since. Both null is never kept.
    private struct Holders
    {
        internal Outcome? Claimer;
        internal UserGroup? Users;
    }
}

/// <summary>Outcomes that use the same key beside one another, and who waits for all of them.</summary>
internal sealed class UserGroup
{
    internal int Count { get; set; }

    internal List<Outcome>? Followers { get; set; }
}

/// <summary>One row or key of one tenant. What the number and the text mean depends on the kind.</summary>
internal readonly record struct ClaimKey(ClaimKind Kind, string Tenant, string Text, UInt128 Number, int Day)
{
    internal static ClaimKey Of(TenantId tenant, ExceptionId id) => new(ClaimKind.Id, tenant.Value, id.Value, 0, 0);

    internal static ClaimKey Of(TenantId tenant, ExceptionKey key) => new(ClaimKind.Key, tenant.Value, "", Number128(key.Value), 0);

    internal static ClaimKey Of(TenantId tenant, DeliveryKey delivery) => new(ClaimKind.Delivery, tenant.Value, "", delivery.Hash, delivery.Day.DayNumber);

    internal static ClaimKey Of(TenantId tenant, PassId pass) => new(ClaimKind.Pass, tenant.Value, "", Number128(pass.Value), 0);

    internal static ClaimKey Of(TenantId tenant, RunId run) => new(ClaimKind.Run, tenant.Value, "", Number128(run.Value), 0);

    internal static ClaimKey Of(TenantId tenant, ImportId import) => new(ClaimKind.Import, tenant.Value, "", Number128(import.Value), 0);

    internal static ClaimKey Of(TenantId tenant, ExecutionId execution) => new(ClaimKind.Execution, tenant.Value, "", Number128(execution.Value), 0);

    internal static ClaimKey OfPlaybook(TenantId tenant, PassId pass) => new(ClaimKind.Playbook, tenant.Value, "", Number128(pass.Value), 0);

    /// <summary>What people do in one tenant is done in the order in which it was handed over.</summary>
    internal static ClaimKey OfAlone(TenantId tenant) => new(ClaimKind.Alone, tenant.Value, "", 0, 0);

    public bool Equals(ClaimKey other) =>
        Kind == other.Kind && Number == other.Number && Day == other.Day && Text == other.Text && Tenant == other.Tenant;

    // Numbers are ids and hashes of Reeve's own making, which spread; texts are a caller's, who must not be able to choose what collides.
    public override int GetHashCode() => Number == 0
        ? HashCode.Combine((int)Kind, StringComparer.Ordinal.GetHashCode(Text), StringComparer.Ordinal.GetHashCode(Tenant))
        : HashCode.Combine((int)Kind, (ulong)Number, (ulong)(Number >> 64));

    private static UInt128 Number128(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        return BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }
}

/// <summary>What is claimed.</summary>
internal enum ClaimKind
{
    Id,
    Key,
    Delivery,
    Pass,
    Run,
    Import,
    Execution,
    Playbook,
    Alone,
}
