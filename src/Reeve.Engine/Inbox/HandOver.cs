namespace Reeve.Engine.Inbox;

/// <summary>
/// What one input received, on its way to the worker: kept until its sender was answered, so that a pass that kills the process does not cost the
/// sender the answer. What is here counts as in memory. Thread-safe.
/// </summary>
public sealed class HandOver
{
    private readonly InboxWorker worker;
    private readonly Lock changing = new();
    private List<ReceivedPass> kept = [];

    internal HandOver(InboxWorker worker) => this.worker = worker;

    /// <summary>Keeps a pass whose beginning is durable.</summary>
    public void Add(ReceivedPass pass)
    {
        worker.Lines.Know((pass.TenantId, pass.PassId));
        lock (changing)
        {
            kept.Add(pass);
        }
    }

    /// <summary>Gives all that it kept to the worker; it may go on being used.</summary>
    public void Release()
    {
        List<ReceivedPass> given;
        lock (changing)
        {
            if (kept.Count == 0)
            {
                return;
            }

            (given, kept) = (kept, []);
        }

        for (int i = 0; i < given.Count; i++)
        {
            worker.Take(given[i]);
        }
    }
}
