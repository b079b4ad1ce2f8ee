using Reeve.Core.Ports;
using Reeve.Engine.Playbooks.Driving;
using Reeve.Storage.Databases;

namespace Reeve.Storage.Committing.PlaybookRows;

/// <summary>
/// What a commit does to runs of playbooks, both dialects side by side. As in <see cref="CommitSql"/> all of them see every tenant, and the parameters of those that SQLite runs prepared are bound in the
/// order they appear in.
/// </summary>
internal static class PlaybookSql
{
    internal static readonly Statement Assign = new(
        Postgres: """
            insert into playbook_runs (tenant_id, pass_id, exception_key, run_id, playbook_id, playbook_version, state, ruling, is_assisted, attempts, wake_at, reason, version, started_at, updated_at)
            select w.tenant_id, w.pass_id, w.exception_key, w.run_id, w.playbook_id, w.playbook_version, w.state, w.ruling, w.is_assisted, w.attempts, clock_timestamp(), w.reason, w.version, w.started_at, w.updated_at
            from unnest(@tenants, @passes, @keys, @runs, @playbooks, @editions, @states, @rulings, @assisted, @attempts, @reasons, @versions, @started, @updated)
                w(tenant_id, pass_id, exception_key, run_id, playbook_id, playbook_version, state, ruling, is_assisted, attempts, reason, version, started_at, updated_at)
            on conflict do nothing
            returning tenant_id, pass_id
            """,
        Sqlite: """
            insert into playbook_runs (tenant_id, pass_id, exception_key, run_id, playbook_id, playbook_version, state, ruling, is_assisted, attempts, wake_at, reason, version, started_at, updated_at)
            values (@tenant, @pass, @key, @run, @playbook, @edition, @state, @ruling, @assisted, @attempts, @wake, @reason, @version, @started, @updated)
            """) { AcrossTenants = true };

    // What it is a run of never changes.
    internal static readonly Statement Move = new(
        Postgres: """
            update playbook_runs r set state = w.state, ruling = w.ruling, is_assisted = w.is_assisted, attempts = w.attempts, reason = w.reason, version = w.version, started_at = w.started_at, updated_at = w.updated_at,
                slot = case when w.is_mine then @slot end, wake_at = clock_timestamp() + w.wake * interval '1 microsecond'
            from unnest(@tenants, @passes, @states, @rulings, @assisted, @attempts, @reasons, @versions, @started, @updated, @mine, @wakes)
                w(tenant_id, pass_id, state, ruling, is_assisted, attempts, reason, version, started_at, updated_at, is_mine, wake)
            where r.tenant_id = w.tenant_id and r.pass_id = w.pass_id and r.version = w.version - 1
            returning r.tenant_id, r.pass_id
            """,
        Sqlite: """
            update playbook_runs set state = @state, ruling = @ruling, is_assisted = @assisted, attempts = @attempts, reason = @reason, version = @version, started_at = @started, updated_at = @updated,
                slot = @slot, wake_at = @wake
            where tenant_id = @tenant and pass_id = @pass
            """) { AcrossTenants = true };

    internal static readonly Statement PutPart = new(
        Postgres: """
            insert into steps (tenant_id, pass_id, place, part, step_id, status, execution_id, by_kind, by_id, at, note)
            select * from unnest(@tenants, @passes, @places, @parts, @steps, @statuses, @executions, @kinds, @actors, @times, @notes)
            on conflict (tenant_id, pass_id, place, part) do update
            set status = excluded.status, execution_id = coalesce(excluded.execution_id, steps.execution_id), by_kind = excluded.by_kind, by_id = excluded.by_id, at = excluded.at, note = excluded.note
            """,
        Sqlite: """
            insert into steps (tenant_id, pass_id, place, part, step_id, status, execution_id, by_kind, by_id, at, note)
            values (@tenant, @pass, @place, @part, @step, @status, @execution, @kind, @actor, @at, @note)
            on conflict (tenant_id, pass_id, place, part) do update
            set status = excluded.status, execution_id = coalesce(excluded.execution_id, steps.execution_id), by_kind = excluded.by_kind, by_id = excluded.by_id, at = excluded.at, note = excluded.note
            """) { AcrossTenants = true };

    // The exception's row is locked before, so nobody drives on in between. Whoever finds it closes it, with all that belongs to that.
    internal static readonly Statement Supersede = new(
        Postgres: """
            update playbook_runs r set state = 'READY', ruling = 'SUPERSEDED', attempts = 0, slot = null, reason = w.reason, version = r.version + 1, updated_at = w.updated_at, wake_at = clock_timestamp()
            from unnest(@tenants, @keys, @passes, @reasons, @updated) w(tenant_id, exception_key, pass_id, reason, updated_at)
            where r.tenant_id = w.tenant_id and r.exception_key = w.exception_key and r.pass_id <> w.pass_id and r.state <> 'ENDED'
            """,
        Sqlite: """
            update playbook_runs set state = 'READY', ruling = 'SUPERSEDED', attempts = 0, slot = null, reason = @reason, version = version + 1, updated_at = @updated, wake_at = @wake
            where tenant_id = @tenant and exception_key = @key and pass_id <> @pass and state <> 'ENDED'
            """) { AcrossTenants = true };

    // What a file finds before it writes; on PostgreSQL the statements above do.
    internal static readonly Statement Find = new(both: "select version from playbook_runs where tenant_id = @tenant and pass_id = @pass") { AcrossTenants = true };

    // Behind the fence of whoever takes the slot over. The version moves, so that what the owner before still hands over through another slot of its node is a conflict.
    internal static readonly Statement FreeOf = new(both: "update playbook_runs set slot = null, version = version + 1 where slot = @slot") { AcrossTenants = true };

    // Who gives a slot back lives, so what it could not end has an attempt less on its account.
    internal static readonly Statement Leave = new(
        both: """
            update playbook_runs set slot = null, version = version + 1, attempts = case when attempts > 0 then attempts - 1 else 0 end
            where slot = @slot and exists (select 1 from slots s where s.slot = @slot and s.writer = @writer)
            """) { AcrossTenants = true };

    /// <summary>What it means that a change wrote no row.</summary>
    internal static CommitOutcome Conflict(PlaybookRunChange change) => change is PlaybookRunChange.Assigned ? new CommitOutcome.AlreadyThere(null) : new CommitOutcome.MovedOn();

    internal static long Microseconds(TimeSpan time) => time.Ticks / TimeSpan.TicksPerMicrosecond;
}
