using Reeve.Core.Calls;
using Reeve.Core.Events;
using Reeve.Core.Records;

namespace Reeve.Engine.Tools.Executions;

/// <content>What the record gives back.</content>
public sealed partial class ExecutionJournal
{
    /// <summary>
    /// The executions of a pass, in the order in which they were asked for, each with what became of it: null where it has not ended. What its driver needs after a crash, in one reading of the log.
    /// </summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="exception">Of which exception.</param>
    /// <param name="pass">Of which pass.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    /// <exception cref="Core.Errors.ReeveException">STORE-….</exception>
    public async Task<IReadOnlyList<(ToolExecution Row, ToolAnswer? Answer)>> OfPassAsync(TenantId tenant, ExceptionKey exception, PassId pass, CancellationToken cancellationToken)
    {
        IReadOnlyList<ToolExecution> rows = [.. (await store.OfExceptionAsync(tenant, exception, cancellationToken)).Where(row => row.Pass == pass)];
        if (!rows.Any(static row => row.IsSettled))
        {
            return [.. rows.Select(static row => (row, (ToolAnswer?)null))];
        }

        Dictionary<ExecutionId, LoggedEvent> settled = [];
        await foreach (LoggedEvent item in log.OfExceptionAsync(tenant, exception, cancellationToken))
        {
            if (item.Type == EventType.ToolCallSettled && item.PassId == pass && ExecutionEvents.ExecutionOf(item) is { } id)
            {
                settled[id] = item;
            }
        }

        return [.. rows.Select(row => (row, row.IsSettled ? ExecutionEvents.Answer(row, settled.GetValueOrDefault(row.Id)) : null))];
    }

    /// <summary>What became of an execution, by the record.</summary>
    /// <param name="row">Its row, which has ended.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    internal async Task<ToolAnswer> AnswerAsync(ToolExecution row, CancellationToken cancellationToken) =>
        ExecutionEvents.Answer(row, (await EventsAsync(row, cancellationToken)).Settled);

    /// <summary>The last intention of an execution and its last end; null where there is none, or it is erased.</summary>
    internal async Task<(LoggedEvent? Intended, LoggedEvent? Settled)> EventsAsync(ToolExecution row, CancellationToken cancellationToken)
    {
        LoggedEvent? intended = null;
        LoggedEvent? settled = null;
        IAsyncEnumerable<LoggedEvent> events = row.Exception is { } exception
            ? log.OfExceptionAsync(row.TenantId, exception, cancellationToken)
            : log.OfRunAsync(row.TenantId, new RunId(row.Id.Value), cancellationToken);
        await foreach (LoggedEvent item in events)
        {
            // Only bodies of calls are looked into.
            if (ExecutionEvents.ExecutionOf(item) != row.Id)
            {
                continue;
            }

            if (item.Type == EventType.ToolCallSettled)
            {
                settled = item;
            }
            else
            {
                intended = item;
            }
        }

        return (intended, settled);
    }
}
