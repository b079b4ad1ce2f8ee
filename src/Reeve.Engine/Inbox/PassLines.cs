using Reeve.Core.Records;

namespace Reeve.Engine.Inbox;

/// <summary>
/// The passes that this node has in memory, by tenant: which wait for a worker, in rounds, and all that are known, so that rows of the store which are
/// not can be told. One tenant has at most half of the workers while another waits. Thread-safe.
/// </summary>
internal sealed class PassLines(int workers)
{
    private readonly Lock changing = new();
    private readonly HashSet<(TenantId, PassId)> known = [];
    private readonly Dictionary<TenantId, Line> lines = [];
    private readonly LinkedList<Line> turns = new();
    private readonly Queue<TaskCompletionSource<ReceivedPass?>> idle = [];
    private int waiting;
    private bool isClosed;

    /// <summary>How many wait for a worker.</summary>
    internal int Waiting
    {
        get
        {
            lock (changing)
            {
                return waiting;
            }
        }
    }

    internal bool Knows((TenantId, PassId) pass)
    {
        lock (changing)
        {
            return known.Contains(pass);
        }
    }

    internal void Know((TenantId, PassId) pass)
    {
        lock (changing)
        {
            known.Add(pass);
        }
    }

    internal void Forget((TenantId, PassId) pass)
    {
        lock (changing)
        {
            known.Remove(pass);
        }
    }

    /// <summary>Puts a pass behind those of its tenant; false when nothing more is taken.</summary>
    internal bool TryAdd(ReceivedPass pass)
    {
        lock (changing)
        {
            if (isClosed)
            {
                return false;
            }

            known.Add((pass.TenantId, pass.PassId));
            Line line = LineOf(pass.TenantId);
            line.Passes.Enqueue(pass);
            waiting++;
            if (line.Passes.Count == 1)
            {
                turns.AddLast(line.Place);
            }

            GiveOut();
            return true;
        }
    }

    /// <summary>The next pass for a worker; null when nothing more comes. Who was given one says <see cref="Finish"/>.</summary>
    internal Task<ReceivedPass?> TakeAsync()
    {
        lock (changing)
        {
            TaskCompletionSource<ReceivedPass?> worker = new(TaskCreationOptions.RunContinuationsAsynchronously);
            idle.Enqueue(worker);
            GiveOut();
            return worker.Task;
        }
    }

    internal void Finish(ReceivedPass pass)
    {
        lock (changing)
        {
            Line line = LineOf(pass.TenantId);
            line.AtWork--;
            Drop(line);
            GiveOut();
        }
    }

    /// <summary>Takes nothing more; workers end once nothing waits.</summary>
    internal void Close()
    {
        lock (changing)
        {
            isClosed = true;
            GiveOut();
        }
    }

    /// <summary>Takes away all that wait.</summary>
    internal List<ReceivedPass> Clear()
    {
        lock (changing)
        {
            List<ReceivedPass> left = [];
            while (turns.First?.Value is { } line)
            {
                left.AddRange(line.Passes);
                line.Passes.Clear();
                turns.RemoveFirst();
                Drop(line);
            }

            waiting = 0;
            GiveOut();
            return left;
        }
    }

    // Inside the lock, as what follows.
    private void GiveOut()
    {
        while (idle.Count > 0 && Next() is { } line)
        {
            ReceivedPass pass = line.Passes.Dequeue();
            waiting--;
            line.AtWork++;
            turns.Remove(line.Place);
            if (line.Passes.Count > 0)
            {
                turns.AddLast(line.Place);
            }

            idle.Dequeue().SetResult(pass);
        }

        while (isClosed && waiting == 0 && idle.TryDequeue(out TaskCompletionSource<ReceivedPass?>? worker))
        {
            worker.SetResult(null);
        }
    }

    private Line? Next()
    {
        for (LinkedListNode<Line>? place = turns.First; place is not null; place = place.Next)
        {
            if (turns.Count == 1 || place.Value.AtWork < Math.Max(workers / 2, 1))
            {
                return place.Value;
            }
        }

        return turns.First?.Value;
    }

    private Line LineOf(TenantId tenant)
    {
        if (!lines.TryGetValue(tenant, out Line? line))
        {
            line = new Line(tenant);
            lines.Add(tenant, line);
        }

        return line;
    }

    private void Drop(Line line)
    {
        if (line.AtWork == 0 && line.Passes.Count == 0)
        {
            lines.Remove(line.Tenant);
        }
    }

    private sealed class Line
    {
        internal Line(TenantId tenant)
        {
            Tenant = tenant;
            Place = new LinkedListNode<Line>(this);
        }

        internal TenantId Tenant { get; }

        internal LinkedListNode<Line> Place { get; }

        internal Queue<ReceivedPass> Passes { get; } = [];

        internal int AtWork { get; set; }
    }
}
