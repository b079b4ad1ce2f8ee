using Reeve.Storage.Databases;
using Reeve.Storage.Plans;

namespace Reeve.Storage.ToolRows;

/// <content>The statements.</content>
public sealed partial class SqlExecutionStore
{
    private const int ColumnCount = 25;

    // Where a list begins: behind everything. The last time that both databases can keep.
    private static readonly DateTimeOffset LastTime = new(9999, 12, 31, 0, 0, 0, TimeSpan.Zero);
    private static readonly Guid LastId = new("ffffffff-ffff-ffff-ffff-ffffffffffff");

    /// <summary>What indexes its statements need.</summary>
    public static IReadOnlyList<ExpectedPlan> Plans =>
    [
        new("execution by id", Sql.Find, "tool_executions", "tool_executions_pkey", static (sample, _) => sample.Id("id", Guid.Empty).Time("now", DateTimeOffset.UnixEpoch)) { Columns = 2 },
        new("executions of an exception", Sql.OfException, "tool_executions", "tool_executions_exception", static (sample, _) => sample.Id("key", Guid.Empty)) { Columns = 2 },
        new("the same effect again", Sql.SameContent, "tool_executions", "tool_executions_exception", static (sample, _) => sample.Id("key", Guid.Empty).Bytes("content", new byte[32])) { Columns = 2 },
        new("page of executions", Sql.Page, "tool_executions", "tool_executions_requested", static (sample, now) => SamplePage(sample, now)),
        new("page of a tool's executions", Sql.ToolPage, "tool_executions", "tool_executions_tool", static (sample, now) => SamplePage(sample, now)) { Columns = 2 },
        new("page of an exception's executions", Sql.ExceptionPage, "tool_executions", "tool_executions_exception", static (sample, now) => SamplePage(sample, now)) { Columns = 2 },
        new("page of open executions", Sql.OpenPage, "tool_executions", "tool_executions_open", static (sample, now) => SamplePage(sample, now)),
        new("abandoned executions", Sql.Abandoned, "tool_executions", "tool_executions_safe", static (sample, now) => sample.Number("limit", 64).Time("now", now)),
        new("executions of a node", Sql.Owned, "tool_executions", "tool_executions_slot", static (sample, now) => sample.Id("node", Guid.Empty).Number("limit", 64).Time("now", now)),
    ];

    private static void SamplePage(Parameters sample, DateTimeOffset now) => Bind(
        sample, new Engine.Tools.Executions.ExecutionFilter { Tool = new Core.Records.ToolName("-"), Exception = default(Core.Records.ExceptionKey), ActorId = "-" },
        new Engine.Tools.Executions.ExecutionPlace(now, default), 50);

    private static class Sql
    {
        private const string Columns = """
            select t.tenant_id, t.execution_id, t.domain, t.tool, t.tool_version, t.effect, t.is_idempotent, t.digest, t.content, t.exception_key, t.run_id, t.pass_id, t.place, t.step_id, t.part, t.approval_id,
                t.actor_kind, t.actor_id, t.status, t.is_unknown, t.error_code, t.attempts, t.takeovers, t.requested_at, t.settled_at
            """;

        private const string OwnerPostgres = "t.slot, t.n, t.slot is null and t.safe_after is null and t.settled_at is null, coalesce(t.safe_after <= clock_timestamp(), false)";
        private const string OwnerSqlite = "t.slot, t.n, t.slot is null and t.safe_after is null and t.settled_at is null, coalesce(t.safe_after <= @now, 0)";

        private const string Filters =
            " and t.status = coalesce(@status, t.status) and t.domain = coalesce(@domain, t.domain) and t.actor_kind = coalesce(@actorKind, t.actor_kind) and t.actor_id = coalesce(@actor, t.actor_id)";
        private const string Behind = " and (t.requested_at, t.execution_id) < (@at, @id)";
        private const string Newest = " order by t.requested_at desc, t.execution_id desc limit @limit";
        private const string Counted = "select count(*) from (select 1 as one from tool_executions t where t.tenant_id = @tenant";
        private const string Enough = " limit @limit) counted";
        private const string OfTool = " and t.tool = coalesce(@tool, t.tool)";
        private const string OfKey = " and (@key is null or t.exception_key = @key)";

        private const string OfOne = " where t.tenant_id = @tenant and t.exception_key = @key";
        private const string Oldest = " order by t.requested_at, t.execution_id";

        private const string DoneAndNotUndone = """
             and t.content = @content and t.effect = 'WRITE' and (t.status in ('SUCCEEDED', 'RUNNING') or t.is_unknown or t.error_code = 'TOOL-023')
                and not exists (
                    select 1 from tool_executions u
                    where u.tenant_id = @tenant and u.exception_key = @key and u.pass_id = t.pass_id and u.place = t.place and u.part = 'ROLLBACK' and t.part <> 'ROLLBACK'
                        and u.status = 'SUCCEEDED' and u.requested_at >= t.requested_at)
            """;

        internal static readonly Statement Find = new(
            Postgres: $"{Columns}, {OwnerPostgres} from tool_executions t where t.tenant_id = @tenant and t.execution_id = @id",
            Sqlite: $"{Columns}, {OwnerSqlite} from tool_executions t where t.tenant_id = @tenant and t.execution_id = @id");

        // This and the next differ: SQLite would rather go through all of the tenant's in order.
        internal static readonly Statement OfException = new(
            Postgres: $"{Columns} from tool_executions t{OfOne}{Oldest}",
            Sqlite: $"{Columns} from tool_executions t indexed by tool_executions_exception{OfOne}{Oldest}");

        internal static readonly Statement SameContent = new(
            Postgres: $"{Columns} from tool_executions t{OfOne}{DoneAndNotUndone}{Oldest}",
            Sqlite: $"{Columns} from tool_executions t indexed by tool_executions_exception{OfOne}{DoneAndNotUndone}{Oldest}");

        internal static readonly Statement Page = new($"{Columns} from tool_executions t where t.tenant_id = @tenant{Behind}{Filters}{Newest}");

        internal static readonly Statement ToolPage = new($"{Columns} from tool_executions t where t.tenant_id = @tenant and t.tool = @tool{Behind}{Filters}{Newest}");

        // Differs: as those of an exception.
        internal static readonly Statement ExceptionPage = new(
            Postgres: $"{Columns} from tool_executions t where t.tenant_id = @tenant and t.exception_key = @key{Behind}{OfTool}{Filters}{Newest}",
            Sqlite: $"{Columns} from tool_executions t indexed by tool_executions_exception where t.tenant_id = @tenant and t.exception_key = @key{Behind}{OfTool}{Filters}{Newest}");

        // Few: what is under way, and what people have not looked at.
        internal static readonly Statement OpenPage = new(
            Postgres: $"{Columns} from tool_executions t where t.tenant_id = @tenant and (t.settled_at is null or t.is_unknown){Behind}{OfTool}{OfKey}{Filters}{Newest}",
            Sqlite: $"{Columns} from tool_executions t where t.tenant_id = @tenant and (t.settled_at is null or t.is_unknown = 1){Behind}{OfTool}{OfKey}{Filters}{Newest}");

        internal static readonly Statement Count = new($"{Counted}{Filters}{Enough}");

        internal static readonly Statement ToolCount = new($"{Counted} and t.tool = @tool{Filters}{Enough}");

        internal static readonly Statement ExceptionCount = new($"{Counted} and t.exception_key = @key{OfTool}{Filters}{Enough}");

        internal static readonly Statement OpenCount = new(
            Postgres: $"{Counted} and (t.settled_at is null or t.is_unknown){OfTool}{OfKey}{Filters}{Enough}",
            Sqlite: $"{Counted} and (t.settled_at is null or t.is_unknown = 1){OfTool}{OfKey}{Filters}{Enough}");

        // Across tenants: a node goes on with what any tenant left. Differs: SQLite would rather go through all that have no slot.
        internal static readonly Statement Abandoned = new(
            Postgres: $"""
                {Columns} from tool_executions t
                where t.settled_at is null and t.safe_after <= clock_timestamp() and t.slot is null and t.step_id is null order by t.safe_after limit @limit
                """,
            Sqlite: $"""
                {Columns} from tool_executions t
                where t.settled_at is null and t.safe_after <= @now and +t.slot is null and t.step_id is null order by t.safe_after limit @limit
                """) { AcrossTenants = true };

        // Across tenants: what a node makes is of any.
        internal static readonly Statement Owned = new(
            Postgres: $"{Columns}, {OwnerPostgres} from tool_executions t where t.settled_at is null and t.slot in (select s.slot from slots s where s.node = @node) limit @limit",
            Sqlite: $"{Columns}, {OwnerSqlite} from tool_executions t where t.settled_at is null and t.slot in (select s.slot from slots s where s.node = @node) limit @limit") { AcrossTenants = true };
    }
}
