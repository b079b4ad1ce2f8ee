using Reeve.Core.Calls;
using Reeve.Core.Errors;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Engine.Tools.Executions;
using Reeve.Storage.Committing;
using Reeve.Storage.Databases;

namespace Reeve.Storage.ToolRows;

/// <summary>Executions of tools in a database. Their changes are the committer's own. Thread-safe.</summary>
/// <param name="database">The store.</param>
/// <param name="holder">This process's slots; null for one that owns nothing.</param>
/// <param name="clock">A file's clock; a database has its own.</param>
public sealed partial class SqlExecutionStore(Database database, ISlotHolder? holder, TimeProvider clock) : IExecutionStore
{
    /// <inheritdoc/>
    public async Task<StoredExecution?> FindAsync(TenantId tenant, ExecutionId id, CancellationToken cancellationToken) =>
        (await database.ReadAsync(Sql.Find, tenant, parameters => WithNow(parameters.Id("id", id.Value)), ReadStored, cancellationToken)).SingleOrDefault();

    /// <inheritdoc/>
    public Task<IReadOnlyList<ToolExecution>> OfExceptionAsync(TenantId tenant, ExceptionKey exception, CancellationToken cancellationToken) =>
        database.ReadAsync(Sql.OfException, tenant, parameters => parameters.Id("key", exception.Value), Read, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<ToolExecution>> SameContentAsync(TenantId tenant, ExceptionKey exception, CallDigest content, CancellationToken cancellationToken) =>
        database.ReadAsync(Sql.SameContent, tenant, parameters => parameters.Id("key", exception.Value).Bytes("content", Convert.FromHexString(content.Hex)), Read, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<ToolExecution>> ListAsync(TenantId tenant, ExecutionFilter filter, ExecutionPlace? before, int limit, CancellationToken cancellationToken) =>
        database.ReadAsync(
            filter.IsOpen ? Sql.OpenPage : filter.Exception is not null ? Sql.ExceptionPage : filter.Tool is not null ? Sql.ToolPage : Sql.Page, tenant,
            parameters => Bind(parameters, filter, before, limit), Read, cancellationToken);

    /// <inheritdoc/>
    public async Task<int> CountAsync(TenantId tenant, ExecutionFilter filter, int atMost, CancellationToken cancellationToken) => (await database.ReadAsync(
        filter.IsOpen ? Sql.OpenCount : filter.Exception is not null ? Sql.ExceptionCount : filter.Tool is not null ? Sql.ToolCount : Sql.Count, tenant,
        parameters => Bind(parameters, filter, before: null, atMost), static row => (int)row.Long(0), cancellationToken))[0];

    /// <inheritdoc/>
    public Task<IReadOnlyList<ToolExecution>> AbandonedAsync(int limit, CancellationToken cancellationToken) =>
        database.ReadAcrossAsync(Sql.Abandoned, parameters => WithNow(parameters.Number("limit", limit)), Read, cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<StoredExecution>> OwnedAsync(int limit, CancellationToken cancellationToken) => holder is null ? []
        : await database.ReadAcrossAsync(Sql.Owned, parameters => WithNow(parameters.Id("node", holder.Node).Number("limit", limit)), ReadStored, cancellationToken);

    private Parameters WithNow(Parameters parameters) => database.Dialect == Dialect.Sqlite ? parameters.Time("now", clock.GetUtcNow()) : parameters;

    private static void Bind(Parameters parameters, ExecutionFilter filter, ExecutionPlace? before, int limit)
    {
        parameters.Text("status", filter.Status is { } status ? Wire.Name(status) : null).Text("domain", filter.Domain?.Value)
            .Text("actorKind", filter.ActorKind is { } kind ? Wire.Name(kind) : null).Text("actor", filter.ActorId)
            .Time("at", before?.RequestedAt ?? LastTime).Id("id", before?.Id.Value ?? LastId).Number("limit", limit).Text("tool", filter.Tool?.Value).Id("key", filter.Exception?.Value);
    }

    private static StoredExecution ReadStored(Row row) => new(Read(row), row.LongOrNull(ColumnCount) is { } slot ? (int)slot : null, row.LongOrNull(ColumnCount + 1) ?? 0, row.Flag(ColumnCount + 2), row.Flag(ColumnCount + 3));

    private static ToolExecution Read(Row row) => new()
    {
        TenantId = new TenantId(row.Text(0)),
        Id = new ExecutionId(row.Id(1)),
        Domain = new DomainName(row.Text(2)),
        Tool = new ToolName(row.Text(3)),
        ToolVersion = row.Text(4),
        Effect = Word<ToolEffect>(row, 5),
        IsIdempotent = row.Flag(6),
        Digest = new CallDigest(Convert.ToHexStringLower(row.Bytes(7))),
        Content = new CallDigest(Convert.ToHexStringLower(row.Bytes(8))),
        Exception = row.IdOrNull(9) is { } exception ? new ExceptionKey(exception) : null,
        Run = row.IdOrNull(10) is { } run ? new RunId(run) : null,
        Pass = row.IdOrNull(11) is { } pass ? new PassId(pass) : null,
        Place = row.IsNull(12) ? null : row.Int(12),
        Step = row.TextOrNull(13) is { } step ? new StepId(step) : null,
        Part = row.IsNull(14) ? null : Word<StepPart>(row, 14),
        Approval = row.IdOrNull(15),
        ActorKind = Word<PrincipalKind>(row, 16),
        ActorId = row.Text(17),
        Status = Word<ExecutionStatus>(row, 18),
        IsUnknown = row.Flag(19),
        ErrorCode = row.TextOrNull(20),
        Attempts = row.Int(21),
        Takeovers = row.Int(22),
        RequestedAt = row.Time(23),
        SettledAt = row.TimeOrNull(24),
    };

    private static T Word<T>(Row row, int column)
        where T : struct, Enum =>
        Wire.TryParse(row.Text(column), out T value) ? value : throw new ReeveException(new ReeveError(ErrorCatalogue.Storage.Corrupt, $"A column holds no {typeof(T).Name}.", typeof(T).Name));
}
