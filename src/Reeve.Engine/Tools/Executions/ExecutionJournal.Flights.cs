using System.Diagnostics.CodeAnalysis;
using Reeve.Core.Calls;
using Reeve.Core.Errors;
using Reeve.Core.Records;

namespace Reeve.Engine.Tools.Executions;

/// <content>What this process makes now.</content>
public sealed partial class ExecutionJournal
{
    /// <summary>The calls that this process makes now: who asks for one of them joins it. Thread-safe.</summary>
    private sealed class Flights
    {
        private readonly Lock changing = new();
        private readonly Dictionary<(TenantId, ExecutionId), Flight> flying = [];
        private TaskCompletionSource? landed;
        private bool isClosed;

        /// <summary>Begins one.</summary>
        /// <param name="row">What it will be.</param>
        /// <param name="known">The one that is under way already.</param>
        /// <exception cref="ReeveException">REC-007: no more begin.</exception>
        internal bool TryBegin(ToolExecution row, [NotNullWhen(false)] out Flight? known)
        {
            lock (changing)
            {
                if (flying.TryGetValue((row.TenantId, row.Id), out known))
                {
                    return false;
                }

                flying[(row.TenantId, row.Id)] = isClosed
                    ? throw new ReeveException(new ReeveError(ErrorCatalogue.Record.Stopped, "This process is shutting down and begins no call.", row.Id.ToString()))
                    : new Flight(row);
                return true;
            }
        }

        internal Flight? Find(TenantId tenant, ExecutionId id)
        {
            lock (changing)
            {
                return flying.GetValueOrDefault((tenant, id));
            }
        }

        /// <summary>Says what the row became, for those who join.</summary>
        internal void Update(ToolExecution row) => Find(row.TenantId, row.Id)?.Update(row);

        /// <summary>Ends one with what became of it.</summary>
        internal void End(ToolExecution row, ToolAnswer answer) => Take(row)?.End(answer);

        /// <summary>Ends one that nobody knows the end of.</summary>
        internal void Fail(ToolExecution row, ReeveException fault) => Take(row)?.Fail(fault);

        /// <summary>Begins no more, and is done when those under way have ended.</summary>
        internal Task CloseAsync()
        {
            lock (changing)
            {
                isClosed = true;
                landed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                if (flying.Count == 0)
                {
                    landed.TrySetResult();
                }

                return landed.Task;
            }
        }

        private Flight? Take(ToolExecution row)
        {
            lock (changing)
            {
                flying.Remove((row.TenantId, row.Id), out Flight? flight);
                if (flying.Count == 0)
                {
                    landed?.TrySetResult();
                }

                return flight;
            }
        }
    }

    /// <summary>One call under way.</summary>
    private sealed class Flight(ToolExecution row)
    {
        // Continuations run elsewhere: who settles does not wait for what those who joined do next.
        private readonly TaskCompletionSource<ToolAnswer> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private ToolExecution row = row;

        internal ToolExecution Row => Volatile.Read(ref row);

        internal Task<ToolAnswer> Answer => answer.Task;

        internal void Update(ToolExecution known) => Volatile.Write(ref row, known);

        internal void End(ToolAnswer end) => answer.TrySetResult(end);

        internal void Fail(ReeveException fault)
        {
            answer.TrySetException(fault);
            _ = answer.Task.Exception; // seen: maybe nobody joined
        }
    }
}
