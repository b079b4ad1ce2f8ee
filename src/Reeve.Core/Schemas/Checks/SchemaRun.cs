using System.Runtime.CompilerServices;
using Reeve.Core.Values;
using Reeve.Core.Schemas.Compiling;
using Reeve.Core.Schemas.Samples;

namespace Reeve.Core.Schemas.Checks;

/// <summary>A set of children of one instance that have been evaluated; <c>default</c> means that nobody asks.</summary>
internal readonly record struct Marks(int Offset, int Words)
{
    internal bool AreWanted => Words > 0;
}

/// <summary>The state of one validation: limits, dynamic scope, marks of evaluated children, and problems if they are collected.</summary>
internal sealed class SchemaRun
{
    /// <summary>Schemas applied to values before a validation gives up: some seconds' tenth, more than any honest document takes.</summary>
    internal const int MaxSteps = 10_000_000;

    private const int MaxDepth = 2_000;

    private readonly List<object> path = [];
    private readonly List<SchemaProblem> problems = [];
    private int[] scope = new int[16];
    private int scopes;
    private ulong[] marks = new ulong[16];
    private int marked;
    private int steps;
    private int depth;
    private int muted;
    private bool collecting;
    private bool exhausted;

    internal IReadOnlyList<SchemaProblem> Problems => problems;

    /// <summary>Whether failures are described; otherwise the first one ends the validation.</summary>
    internal bool IsCollecting => collecting && muted == 0 && !exhausted && problems.Count < JsonSchema.MaxProblems;

    /// <summary>Whether limits ended the validation: then nothing is valid any more, not even under <c>not</c>.</summary>
    internal bool IsExhausted => exhausted;

    internal void Begin(bool collecting)
    {
        this.collecting = collecting;
        (steps, depth, muted, scopes, marked, exhausted) = (0, 0, 0, 0, 0, false);
        problems.Clear();
        path.Clear();
    }

    /// <summary>Counts one schema applied to one value; false when the limits are reached.</summary>
    internal bool Enter(string location)
    {
        if (++steps <= MaxSteps && depth < MaxDepth && !exhausted && RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            depth++;
            return true;
        }

        if (!exhausted)
        {
            exhausted = true;
            if (collecting)
            {
                problems.Add(new SchemaProblem(JsonPointer.Of("", path), location, "takes too many steps to judge, or is nested too deeply"));
            }
        }

        return false;
    }

    internal void Leave() => depth--;

    /// <summary>Records a failure if they are collected.</summary>
    /// <returns>False, for the caller to return.</returns>
    internal bool Fail(string location, string message)
    {
        if (IsCollecting)
        {
            problems.Add(new SchemaProblem(JsonPointer.Of("", path), location, message));
        }

        return false;
    }

    /// <summary>The same with a composed message, which is only composed when it is recorded.</summary>
    internal bool Fail(string location, [InterpolatedStringHandlerArgument("")] ref FailureText message) =>
        Fail(location, message.ToString());

    /// <summary>Failures inside are expected and not reported: an alternative may fail.</summary>
    internal void Mute() => muted++;

    internal void Unmute() => muted--;

    internal void Descend(string key)
    {
        if (collecting)
        {
            path.Add(key);
        }
    }

    internal void Descend(int index)
    {
        if (collecting)
        {
            path.Add(index);
        }
    }

    internal void Ascend()
    {
        if (collecting)
        {
            path.RemoveAt(path.Count - 1);
        }
    }

    /// <summary>Enters a schema resource, for dynamic references.</summary>
    /// <returns>Whether it was a change that <see cref="LeaveResource"/> must undo.</returns>
    internal bool EnterResource(int resource)
    {
        if (scopes > 0 && scope[scopes - 1] == resource)
        {
            return false;
        }

        if (scopes == scope.Length)
        {
            Array.Resize(ref scope, scopes * 2);
        }

        scope[scopes++] = resource;
        return true;
    }

    internal void LeaveResource() => scopes--;

    /// <summary>The resources entered, outermost first.</summary>
    internal ReadOnlySpan<int> Scope => scope.AsSpan(0, scopes);

    /// <summary>A set for the children of one instance; empty sets take a word, too, so that they are told from no set.</summary>
    internal Marks NewMarks(int children)
    {
        int words = (children / 64) + 1;
        if (marked + words > marks.Length)
        {
            Array.Resize(ref marks, Math.Max(marks.Length * 2, marked + words));
        }

        marks.AsSpan(marked, words).Clear();
        Marks made = new(marked, words);
        marked += words;
        return made;
    }

    /// <summary>Gives back a set, which must be the last one made.</summary>
    internal void Release(Marks set) => marked = set.Offset;

    internal void Mark(Marks set, int child)
    {
        if (set.AreWanted)
        {
            marks[set.Offset + (child >> 6)] |= 1UL << (child & 63);
        }
    }

    internal void MarkAll(Marks set)
    {
        if (set.AreWanted)
        {
            marks.AsSpan(set.Offset, set.Words).Fill(ulong.MaxValue);
        }
    }

    internal bool IsMarked(Marks set, int child) => (marks[set.Offset + (child >> 6)] & (1UL << (child & 63))) != 0;

    internal void Merge(Marks into, Marks from)
    {
        if (into.AreWanted)
        {
            for (int i = 0; i < into.Words; i++)
            {
                marks[into.Offset + i] |= marks[from.Offset + i];
            }
        }
    }
}

/// <summary>A message that costs nothing unless a run records failures.</summary>
[InterpolatedStringHandler]
internal ref struct FailureText
{
    private DefaultInterpolatedStringHandler text;

    public FailureText(int literalLength, int formattedCount, SchemaRun run, out bool enabled)
    {
        enabled = run.IsCollecting;
        text = enabled ? new DefaultInterpolatedStringHandler(literalLength, formattedCount) : default;
        IsEmpty = !enabled;
    }

    private bool IsEmpty { get; }

    public void AppendLiteral(string value) => text.AppendLiteral(value);

    public void AppendFormatted<T>(T value) => text.AppendFormatted(value);

    public override string ToString() => IsEmpty ? "" : text.ToStringAndClear();
}
