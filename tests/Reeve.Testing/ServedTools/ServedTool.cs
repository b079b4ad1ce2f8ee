namespace Reeve.Testing.ServedTools;

/// <summary>One tool of a <see cref="ToolServer"/>: how it answers, and what it counted. Thread-safe; settings hold from the next call on.</summary>
public sealed class ServedTool
{
    // A campaign of a million calls need not remember each.
    private const int CallsKept = 10_000;

    private readonly Lock changing = new();
    private readonly Queue<ToolReply> next = new();
    private readonly List<ServedCall> calls = [];
    private readonly Dictionary<string, int> effects = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ToolReply> done = new(StringComparer.Ordinal);
    private Func<ServedCall, ToolReply> answer = static _ => ToolReply.Json("""{"ok":true}""");
    private bool isIdempotent = true;
    private int requests;
    private int repetitions;

    internal ServedTool(string path) => Path = path;

    /// <summary>Its path.</summary>
    public string Path { get; }

    /// <summary>Whether a call whose key had its effect before has none, and is answered by <see cref="Answer(ToolReply)"/> again; true unless set. False: every call has its effect.</summary>
    public bool IsIdempotent
    {
        get { lock (changing) { return isIdempotent; } }
        set { lock (changing) { isIdempotent = value; } }
    }

    /// <summary>The header of the key.</summary>
    public string KeyHeader { get; set; } = "Idempotency-Key";

    /// <summary>How many requests arrived.</summary>
    public int Requests { get { lock (changing) { return requests; } } }

    /// <summary>How many requests carried a key that had its effect already.</summary>
    public int Repetitions { get { lock (changing) { return repetitions; } } }

    /// <summary>The first 10,000 calls, in the order of their arrival.</summary>
    public IReadOnlyList<ServedCall> Calls { get { lock (changing) { return [.. calls]; } } }

    /// <summary>How often each key had an effect; calls without key count under the empty one. A copy.</summary>
    public IReadOnlyDictionary<string, int> Effects { get { lock (changing) { return new Dictionary<string, int>(effects, StringComparer.Ordinal); } } }

    /// <summary>How often a key had an effect.</summary>
    public int EffectsOf(string key)
    {
        lock (changing)
        {
            return effects.GetValueOrDefault(key);
        }
    }

    /// <summary>Answers every call so, from now on.</summary>
    public ServedTool Answer(ToolReply reply) => Answer(_ => reply);

    /// <summary>Answers each call by what it says.</summary>
    public ServedTool Answer(Func<ServedCall, ToolReply> reply)
    {
        lock (changing)
        {
            answer = reply;
        }

        return this;
    }

    /// <summary>Answers the next calls so, one each, and then as before.</summary>
    public ServedTool Next(params ReadOnlySpan<ToolReply> replies)
    {
        lock (changing)
        {
            foreach (ToolReply reply in replies)
            {
                next.Enqueue(reply);
            }
        }

        return this;
    }

    // One lock around counting and choosing: of two calls with one key that arrive together, one has the effect.
    internal ToolReply Receive(ServedCall call)
    {
        lock (changing)
        {
            requests++;
            if (calls.Count < CallsKept)
            {
                calls.Add(call);
            }

            string key = call.Header(KeyHeader);
            bool isRepeated = key.Length > 0 && effects.ContainsKey(key);
            repetitions += isRepeated ? 1 : 0;
            ToolReply reply = next.TryDequeue(out ToolReply? queued) ? queued : isRepeated && isIdempotent && done.TryGetValue(key, out ToolReply? before) ? before : answer(call);
            if (reply.HasEffect && !(isRepeated && isIdempotent))
            {
                effects[key] = effects.GetValueOrDefault(key) + 1;
                if (reply.Fault == ToolFault.None && key.Length > 0)
                {
                    done[key] = reply;
                }
            }

            return reply;
        }
    }
}
