using Reeve.Core.Calls;
using Reeve.Core.Ports;
using Reeve.Engine.Tools.Executions;
using Reeve.Storage.Databases;

namespace Reeve.Storage.Committing.Outcomes;

/// <summary>
/// What a commit does to executions of tools, both dialects side by side. As in <see cref="CommitSql"/> all of them see every tenant, and the parameters of those that SQLite runs prepared are bound in the
/// order they appear in.
/// </summary>
internal static class ExecutionSql
{
    // What is intended is the slot's that commits it, and safe to be gone on with when that was not renewed for a lease and all its attempts are over. What ended has neither. Differs: whoever has a file
    // has it alone, without a lease.
    internal static readonly Statement Add = new(
        Postgres: """
            insert into tool_executions (tenant_id, execution_id, domain, tool, tool_version, effect, is_idempotent, digest, content, exception_key, run_id, pass_id, place,
                step_id, part, approval_id, actor_kind, actor_id,
                status, is_unknown, error_code, attempts, takeovers, requested_at, settled_at, slot, n, safe_after)
            select w.tenant_id, w.execution_id, w.domain, w.tool, w.tool_version, w.effect, w.is_idempotent, w.digest, w.content, w.exception_key, w.run_id, w.pass_id, w.place,
                w.step_id, w.part, w.approval_id, w.actor_kind, w.actor_id, w.status, w.is_unknown, w.error_code, w.attempts, 0, w.requested_at, w.settled_at,
                case when w.longest is not null then @slot end, case when w.longest is not null then @n end, clock_timestamp() + @lease + w.longest * interval '1 microsecond'
            from unnest(@tenants, @ids, @domains, @tools, @versions, @effects, @idempotent, @digests, @contents, @keys, @runs, @passes, @places, @steps, @parts, @approvals, @kinds, @actors,
                @statuses, @unknown, @codes, @attempts, @requested, @settled, @longest)
                w(tenant_id, execution_id, domain, tool, tool_version, effect, is_idempotent, digest, content, exception_key, run_id, pass_id, place, step_id, part, approval_id, actor_kind, actor_id,
                    status, is_unknown, error_code, attempts, requested_at, settled_at, longest)
            on conflict do nothing
            returning tenant_id, execution_id
            """,
        Sqlite: """
            insert into tool_executions (tenant_id, execution_id, domain, tool, tool_version, effect, is_idempotent, digest, content, exception_key, run_id, pass_id, place,
                step_id, part, approval_id, actor_kind, actor_id,
                status, is_unknown, error_code, attempts, takeovers, requested_at, settled_at, slot, n, safe_after)
            values (@tenant, @id, @domain, @tool, @version, @effect, @idempotent, @digest, @content, @key, @run, @pass, @place, @step, @part, @approval, @kind, @actor,
                @status, @unknown, @code, @attempts, 0, @requested, @settled, @slot, @n, @safe)
            """) { AcrossTenants = true };

    // As it was read, so that of two who go on with it one does. What was kept back was sent by nobody, so nobody is taken over from.
    internal static readonly Statement Claim = new(
        Postgres: """
            update tool_executions e set status = 'RUNNING', slot = @slot, n = @n, safe_after = clock_timestamp() + @lease + w.longest * interval '1 microsecond',
                takeovers = e.takeovers + case when e.safe_after is null then 0 else 1 end
            from unnest(@tenants, @ids, @longest, @takeovers) w(tenant_id, execution_id, longest, takeovers)
            where e.tenant_id = w.tenant_id and e.execution_id = w.execution_id and e.settled_at is null and e.slot is null and e.takeovers = w.takeovers
                and (e.safe_after is null or e.safe_after <= clock_timestamp())
            returning e.tenant_id, e.execution_id
            """,
        Sqlite: """
            update tool_executions set status = 'RUNNING', takeovers = takeovers + (safe_after is not null), slot = @slot, n = @n, safe_after = @safe
            where tenant_id = @tenant and execution_id = @id
            """) { AcrossTenants = true };

    // The owner lets go of it: as not sent by anybody, or as one that whoever finds it goes on with when it is safe.
    internal static readonly Statement Free = new(
        Postgres: """
            update tool_executions e set slot = null, status = case when w.is_unsent then 'REQUESTED' else e.status end, safe_after = case when w.is_unsent then null else e.safe_after end
            from unnest(@tenants, @ids, @slots, @numbers, @unsent) w(tenant_id, execution_id, slot, n, is_unsent)
            where e.tenant_id = w.tenant_id and e.execution_id = w.execution_id and e.settled_at is null and e.n = w.n and (e.slot = w.slot or e.slot is null)
            returning e.tenant_id, e.execution_id
            """,
        Sqlite: """
            update tool_executions set slot = null, status = case when ?1 then 'REQUESTED' else status end, safe_after = case when ?1 then null else safe_after end
            where tenant_id = ?2 and execution_id = ?3
            """) { AcrossTenants = true };

    // Whoever had it may say how it ended as long as nobody else has claimed it, be the slot lost: the commit by which it had it says that it is the one.
    internal static readonly Statement Settle = new(
        Postgres: """
            update tool_executions e set status = w.status, is_unknown = w.is_unknown, error_code = w.error_code, attempts = w.attempts, settled_at = w.settled_at
            from unnest(@tenants, @ids, @statuses, @unknown, @codes, @attempts, @settled, @leaves, @slots, @numbers)
                w(tenant_id, execution_id, status, is_unknown, error_code, attempts, settled_at, leaves, slot, n)
            where e.tenant_id = w.tenant_id and e.execution_id = w.execution_id and case w.leaves
                when 'OWNED' then e.settled_at is null and e.n = w.n and (e.slot = w.slot or e.slot is null)
                when 'ABANDONED' then e.settled_at is null and e.slot is null and (e.safe_after is null or e.safe_after <= clock_timestamp())
                else e.is_unknown end
            returning e.tenant_id, e.execution_id
            """,
        Sqlite: """
            update tool_executions set status = @status, is_unknown = @unknown, error_code = @code, attempts = @attempts, settled_at = @settled
            where tenant_id = @tenant and execution_id = @id
            """) { AcrossTenants = true };

    // What a file finds before it writes; on PostgreSQL the statements above do.
    internal static readonly Statement Find = new(
        both: "select settled_at is not null, slot, n, safe_after, is_unknown, takeovers from tool_executions where tenant_id = @tenant and execution_id = @id") { AcrossTenants = true };

    // Behind the fence of whoever takes the slot over. They are found when they are safe.
    internal static readonly Statement FreeOf = new(
        both: "update tool_executions set slot = null where slot = @slot and settled_at is null") { AcrossTenants = true };

    // Who gives a slot back has waited for what it could; the rest is found, too.
    internal static readonly Statement Leave = new(
        both: """
            update tool_executions set slot = null
            where slot = @slot and settled_at is null and exists (select 1 from slots s where s.slot = @slot and s.writer = @writer)
            """) { AcrossTenants = true };
}

/// <summary>What changes of the row of an execution have in common.</summary>
internal static class ExecutionRow
{
    /// <summary>The row that a change writes; null when it changes but its owner.</summary>
    internal static ToolExecution? Of(ExecutionChange change) => change switch
    {
        ExecutionChange.Intended intended => intended.Row,
        ExecutionChange.Recorded recorded => recorded.Row,
        ExecutionChange.Settled settled => settled.Row,
        _ => null,
    };

    /// <summary>What it means that it wrote no row.</summary>
    internal static CommitOutcome Conflict(ExecutionChange change) =>
        change is ExecutionChange.Intended or ExecutionChange.Recorded ? new CommitOutcome.AlreadyThere(null) : new CommitOutcome.MovedOn();

    internal static string LeavesOf(SettledFrom from) => from switch
    {
        SettledFrom.Owned => "OWNED",
        SettledFrom.Abandoned => "ABANDONED",
        SettledFrom.Unknown => "UNKNOWN",
        _ => throw new ArgumentOutOfRangeException(nameof(from)),
    };

    /// <summary>Empty where it was erased.</summary>
    internal static byte[] Bytes(CallDigest digest) => Convert.FromHexString(digest.Hex);

    internal static long Microseconds(TimeSpan time) => time.Ticks / TimeSpan.TicksPerMicrosecond;
}
