using Reeve.Core.Calls;
using Reeve.Core.Changes;
using Reeve.Core.Policies;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Engine.Approvals;
using Reeve.Storage.Committing;
using Reeve.Storage.Databases;
using Reeve.Storage.Plans;

namespace Reeve.Storage.ApprovalRows;

/// <summary>Approvals in a database. Thread-safe.</summary>
/// <param name="database">The store.</param>
/// <param name="clock">The clock of a file; a server has its own.</param>
public sealed class SqlApprovalStore(Database database, TimeProvider clock) : IApprovalStore, IChangeWriter
{
    private const char Between = '\n';

    /// <inheritdoc/>
    public async Task<Approval?> FindAsync(TenantId tenant, Guid approval, CancellationToken cancellationToken)
    {
        IReadOnlyList<Approval> found = await database.ReadAsync(Sql.Find, tenant, parameters => parameters.Id("approval", approval), row => Read(row, tenant), cancellationToken);
        return (await WithDecisionsAsync(tenant, found, cancellationToken)).FirstOrDefault();
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Approval>> OfExceptionAsync(TenantId tenant, ExceptionKey exception, CancellationToken cancellationToken) => await WithDecisionsAsync(
        tenant, await database.ReadAsync(Sql.OfException, tenant, parameters => parameters.Id("exception", exception.Value), row => Read(row, tenant), cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Approval>> ListAsync(TenantId tenant, ApprovalStatus? status, Guid? before, int limit, CancellationToken cancellationToken)
    {
        Guid from = before ?? Guid.AllBitsSet;
        IReadOnlyList<Approval> page = status is { } wanted
            ? await database.ReadAsync(Sql.OfStatus, tenant, parameters => parameters.Text("status", Wire.Name(wanted)).Id("before", from).Number("limit", limit), row => Read(row, tenant), cancellationToken)
            : await database.ReadAsync(Sql.All, tenant, parameters => parameters.Id("before", from).Number("limit", limit), row => Read(row, tenant), cancellationToken);
        return await WithDecisionsAsync(tenant, page, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Approval>> OfExecutionAsync(TenantId tenant, ExecutionId execution, CancellationToken cancellationToken) => await WithDecisionsAsync(
        tenant, await database.ReadAsync(Sql.OfExecution, tenant, parameters => parameters.Id("execution", execution.Value), row => Read(row, tenant), cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public async Task<ApprovalStatistics> StatisticsAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        DateTimeOffset now = await NowAsync(cancellationToken);
        IReadOnlyList<(ApprovalStatus Status, long Count)> counts =
            await database.ReadAsync(Sql.Count, tenant, static _ => { }, static row => (Status(row.Text(0)), row.Long(1)), cancellationToken);
        IReadOnlyList<(long Since, DateTimeOffset? Oldest)> waiting = await database.ReadAsync(
            Sql.Waiting, tenant, parameters => parameters.Time("now", now), static row => (row.Long(0), row.TimeOrNull(1)), cancellationToken);
        TimeSpan oldest = waiting[0].Oldest is { } since && since < now ? now - since : TimeSpan.Zero;
        return new ApprovalStatistics(counts.ToDictionary(), TimeSpan.FromMicroseconds(waiting[0].Since), oldest);
    }

    /// <inheritdoc/>
    public async Task<DateTimeOffset> NowAsync(CancellationToken cancellationToken) => database.Dialect == Dialect.Sqlite
        ? clock.GetUtcNow()
        : (await database.ReadAcrossAsync(Sql.Now, static _ => { }, static row => row.Time(0), cancellationToken))[0];

    /// <inheritdoc/>
    public async Task<(DateTimeOffset Now, IReadOnlyList<(TenantId Tenant, Guid Approval)> Overdue)> OverdueAsync(int limit, CancellationToken cancellationToken)
    {
        DateTimeOffset now = await NowAsync(cancellationToken);
        return (now, await database.ReadAcrossAsync(
            Sql.Overdue, parameters => parameters.Time("now", now).Number("limit", limit), static row => (new TenantId(row.Text(0)), row.Id(1)), cancellationToken));
    }

    /// <summary>What indexes its statements need.</summary>
    public static IReadOnlyList<ExpectedPlan> Plans =>
    [
        new("an approval", Sql.Find, "approvals", "approvals_pkey", static (sample, _) => sample.Id("approval", Guid.Empty)) { Columns = 2 },
        new("approvals of an exception", Sql.OfException, "approvals", "approvals_exception", static (sample, _) => sample.Id("exception", Guid.Empty)) { Columns = 2 },
        new("approvals of a call", Sql.OfExecution, "approvals", "approvals_execution", static (sample, _) => sample.Id("execution", Guid.Empty)) { Columns = 2 },
        new("approvals", Sql.All, "approvals", "approvals_pkey", static (sample, _) => sample.Id("before", Guid.AllBitsSet).Number("limit", 50)),
        new("approvals of a status", Sql.OfStatus, "approvals", "approvals_status", static (sample, _) => sample.Text("status", "PENDING").Id("before", Guid.AllBitsSet).Number("limit", 50)) { Columns = 2 },
        new("approvals that wait", Sql.Waiting, "approvals", "approvals_status", static (sample, now) => sample.Time("now", now)) { Columns = 2 },
        new("what people said", Sql.Decisions, "approval_decisions", "approval_decisions_pkey", static (sample, _) => sample.Id("approval", Guid.Empty)) { Columns = 2 },
        new("approvals whose time is over", Sql.Overdue, "approvals", "approvals_overdue", static (sample, now) => sample.Time("now", now).Number("limit", 200)),
    ];

    /// <inheritdoc/>
    public IReadOnlyList<StatementCall>? For(Change change) => change switch
    {
        ApprovalChange.Submitted { Approval: var approval } => [new StatementCall(Sql.Add, parameters => Bind(parameters, approval), new CommitOutcome.AlreadyThere(null))],
        ApprovalChange.Moved moved =>
        [
            new StatementCall(
                Sql.Move,
                parameters => Bind(parameters, moved),
                new CommitOutcome.MovedOn()),
        ],
        ApprovalChange.Spoken spoken => [new StatementCall(Sql.Speak, parameters => Bind(parameters, spoken), new CommitOutcome.AlreadyThere(null))],
        _ => null,
    };

    private async Task<IReadOnlyList<Approval>> WithDecisionsAsync(TenantId tenant, IReadOnlyList<Approval> approvals, CancellationToken cancellationToken)
    {
        List<Approval> whole = new(approvals.Count);
        foreach (Approval approval in approvals)
        {
            whole.Add(approval with
            {
                Decisions = await database.ReadAsync(Sql.Decisions, tenant, parameters => parameters.Id("approval", approval.Id), ReadDecision, cancellationToken),
            });
        }

        return whole;
    }

    private void Bind(Parameters parameters, ApprovalChange.Moved moved)
    {
        parameters.Id("approval", moved.Approval.Id).Number("from", moved.From).Text("status", Wire.Name(moved.Approval.Status))
            .Time("decidedAt", moved.Approval.DecidedAt).Text("reason", moved.Approval.Reason).Flag("inTime", moved.InTime);
        if (database.Dialect == Dialect.Sqlite)
        {
            parameters.Time("now", clock.GetUtcNow());
        }
    }

    private static void Bind(Parameters parameters, Approval approval) => parameters
        .Id("approval", approval.Id)
        .Text("scope", Wire.Name(approval.Scope))
        .Id("exception", approval.Exception?.Value)
        .Id("execution", approval.Execution?.Value)
        .Id("pass", approval.Pass?.Value)
        .Number("place", approval.Part?.Place)
        .Text("part", approval.Part?.Part)
        .Text("status", Wire.Name(approval.Status))
        .Text("quorum", QuorumCount.Show(approval.Quorum))
        .Bytes("request", approval.Request is { } request ? ApprovalText.Write(request) : (ReadOnlyMemory<byte>?)null)
        .Text("proposer", approval.Proposer)
        .Text("proposerNames", string.Join(Between, approval.ProposerNames))
        .Time("submittedAt", approval.SubmittedAt)
        .Time("timeoutAt", approval.TimeoutAt)
        .Time("decidedAt", approval.DecidedAt)
        .Text("reason", approval.Reason)
        .Number("version", approval.Version);

    private static void Bind(Parameters parameters, ApprovalChange.Spoken spoken) => parameters
        .Id("approval", spoken.Approval)
        .Text("ownerFolded", spoken.Decision.Names[0])
        .Flag("approves", spoken.Decision.Approves)
        .Text("principal", spoken.Decision.Principal)
        .Text("owner", spoken.Decision.Owner)
        .Text("names", string.Join(Between, spoken.Decision.Names))
        .Text("roles", string.Join(Between, spoken.Decision.Roles))
        .Time("at", spoken.Decision.At)
        .Text("comments", spoken.Decision.Comments)
        .Bytes("bounds", ApprovalText.Write(spoken.Decision.Bounds) is { } bounds ? bounds : (ReadOnlyMemory<byte>?)null); // a null array would be empty bytes

    private static Approval Read(Row row, TenantId tenant) => new()
    {
        TenantId = tenant,
        Id = row.Id(0),
        Scope = Wire.TryParse(row.Text(1), out ApprovalScope scope) ? scope : throw new InvalidOperationException("A scope that nobody writes."),
        Exception = row.IdOrNull(2) is { } key ? new ExceptionKey(key) : null,
        Pass = row.IdOrNull(3) is { } pass ? new PassId(pass) : null,
        Part = row.IsNull(4) ? null : (row.Int(4), row.Text(5)),
        Status = Status(row.Text(6)),
        Quorum = Quorum(row.Text(7)),
        Request = row.BytesOrNull(8) is { } request ? ApprovalText.Read(request) : null,
        Proposer = row.Text(9),
        ProposerNames = Lines(row.Text(10)),
        SubmittedAt = row.Time(11),
        TimeoutAt = row.Time(12),
        DecidedAt = row.TimeOrNull(13),
        Reason = row.Text(14),
        Version = row.Long(15),
        Execution = row.IdOrNull(16) is { } execution ? new ExecutionId(execution) : null,
    };

    private static ApprovalDecision ReadDecision(Row row) =>
        new(row.Flag(0), row.Text(1), row.Text(2), Lines(row.Text(3)), Lines(row.Text(4)), row.Time(5), row.Text(6))
        {
            Bounds = row.BytesOrNull(7) is { } bounds ? ApprovalText.ReadBounds(bounds) : [],
        };

    private static ApprovalStatus Status(string text) =>
        Wire.TryParse(text, out ApprovalStatus status) ? status : throw new InvalidOperationException("A status that nobody writes.");

    private static string[] Lines(string text) => text.Length == 0 ? [] : text.Split(Between);

    // As QuorumCount.Show writes it.
    private static IReadOnlyList<QuorumPart> Quorum(string text) =>
        [.. text.Split(" and ").Select(part => part.Split(' ')).Select(words => new QuorumPart(int.Parse(words[0], System.Globalization.CultureInfo.InvariantCulture), words[2]))];

    private static class Sql
    {
        private const string Columns =
            "approval_id, scope, exception_key, pass_id, place, part, status, quorum, request, proposer, proposer_names, submitted_at, timeout_at, decided_at, reason, version, execution_id";

        internal static readonly Statement Find = new($"select {Columns} from approvals where tenant_id = @tenant and approval_id = @approval");

        internal static readonly Statement OfException = new($"select {Columns} from approvals where tenant_id = @tenant and exception_key = @exception order by approval_id");

        internal static readonly Statement OfExecution = new($"select {Columns} from approvals where tenant_id = @tenant and execution_id = @execution order by approval_id");

        internal static readonly Statement All = new($"select {Columns} from approvals where tenant_id = @tenant and approval_id < @before order by approval_id desc limit @limit");

        internal static readonly Statement OfStatus = new(
            $"select {Columns} from approvals where tenant_id = @tenant and status = @status and approval_id < @before order by approval_id desc limit @limit");

        internal static readonly Statement Count = new("select status, count(*) from approvals where tenant_id = @tenant group by status order by status");

        internal static readonly Statement Decisions = new(
            "select approves, principal, owner, names, roles, at, comments, bounds from approval_decisions where tenant_id = @tenant and approval_id = @approval order by at, owner_folded");

        // How long they waited together, in microseconds, and since when the oldest does. Differs: times are numbers in a file.
        internal static readonly Statement Waiting = new(
            Postgres: """
                select coalesce(sum(greatest(extract(epoch from @now - submitted_at) * 1000000, 0)), 0)::bigint, min(submitted_at)
                from approvals where tenant_id = @tenant and status = 'PENDING'
                """,
            Sqlite: "select coalesce(sum(max(@now - submitted_at, 0)), 0), min(submitted_at) from approvals where tenant_id = @tenant and status = 'PENDING'");

        // The clock is nobody's tenant. Differs: a file has none.
        internal static readonly Statement Now = new(Postgres: "select clock_timestamp()", Sqlite: "select null where 0") { AcrossTenants = true };

        // Across tenants: time passes for all of them, and whoever looks first escalates.
        internal static readonly Statement Overdue = new(
            "select tenant_id, approval_id from approvals where status = 'PENDING' and timeout_at <= @now order by timeout_at, tenant_id, approval_id limit @limit")
        {
            AcrossTenants = true,
        };

        internal static readonly Statement Add = new(
            """
            insert into approvals (tenant_id, approval_id, scope, exception_key, execution_id, pass_id, place, part, status, quorum, request, proposer, proposer_names, submitted_at, timeout_at, decided_at, reason, version)
            values (@tenant, @approval, @scope, @exception, @execution, @pass, @place, @part, @status, @quorum, @request, @proposer, @proposerNames, @submittedAt, @timeoutAt, @decidedAt, @reason, @version)
            on conflict do nothing
            """);

        private const string Leave = """
            update approvals set status = @status, decided_at = @decidedAt, reason = @reason, version = version + 1
            where tenant_id = @tenant and approval_id = @approval and status = 'PENDING' and version = @from
            """;

        // Differs: a file's clock is the process's.
        internal static readonly Statement Move = new(
            Postgres: $"{Leave} and (not @inTime or timeout_at > clock_timestamp())",
            Sqlite: $"{Leave} and (@inTime = 0 or timeout_at > @now)");

        internal static readonly Statement Speak = new(
            """
            insert into approval_decisions (tenant_id, approval_id, owner_folded, approves, principal, owner, names, roles, at, comments, bounds)
            values (@tenant, @approval, @ownerFolded, @approves, @principal, @owner, @names, @roles, @at, @comments, @bounds)
            on conflict do nothing
            """);
    }
}
