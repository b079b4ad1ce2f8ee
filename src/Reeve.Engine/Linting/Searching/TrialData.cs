using Reeve.Core.Expressions;
using Reeve.Core.Expressions.Inquiries;
using Reeve.Core.Records;
using Reeve.Core.Values;

namespace Reeve.Engine.Linting.Searching;

/// <summary>Made-up data under the names that conditions use: one value for each path of an inquiry. Not thread-safe.</summary>
internal sealed class TrialData : Activation
{
    private static readonly int ExceptionSlot = RootNames.SlotOf("exception");

    // What conditions find there whatever the data: fields of the record, null where they have no value.
    private static readonly string[] RecordFields = [.. Enumerable.Range(0, ExceptionSlot).Select(RootNames.NameOf)];

    private readonly Dictionary<string, Branch> roots = new(StringComparer.Ordinal);
    private Value? whole;

    /// <summary>Forgets everything.</summary>
    internal void Clear()
    {
        roots.Clear();
        whole = null;
    }

    /// <summary>Puts a value at a path; null leaves the path leading to nothing. A path must come before those that lead on from it.</summary>
    internal void Put(IReadOnlyList<PathPart> path, Value? value)
    {
        if (!roots.TryGetValue(path[0].Name, out Branch? at))
        {
            roots[path[0].Name] = at = new Branch();
        }

        for (int i = 1; i < path.Count && !at.IsClosed; i++)
        {
            at = at.Child(path[i]);
        }

        if (!at.IsClosed)
        {
            at.Close(value);
        }
    }

    /// <summary>Leaves a path open for those that lead on from it.</summary>
    internal void Open(IReadOnlyList<PathPart> path)
    {
        if (!roots.TryGetValue(path[0].Name, out Branch? at))
        {
            roots[path[0].Name] = at = new Branch();
        }

        for (int i = 1; i < path.Count && !at.IsClosed; i++)
        {
            at = at.Child(path[i]);
        }
    }

    /// <inheritdoc/>
    public override bool TryFind(string name, out Value value)
    {
        if (name == "exception")
        {
            value = whole ??= Value.Of(Record());
            return true;
        }

        if (roots.TryGetValue(name, out Branch? branch))
        {
            value = branch.Value() ?? Value.Null;
            return branch.IsThere || Array.IndexOf(RecordFields, name) >= 0;
        }

        value = name is "rawPayload" or "normalizedContext" or "steps" ? Value.Of(ObjectMap.Empty) : Value.Null;
        return !value.IsNull || Array.IndexOf(RecordFields, name) >= 0;
    }

    // Both spellings, as the record itself answers.
    private ObjectMap Record()
    {
        List<string> names = [];
        List<Value> values = [];
        for (int slot = 0; slot < ExceptionSlot; slot++)
        {
            TryFind(RootNames.NameOf(slot), out Value value);
            foreach (string spelling in RootNames.SpellingsOf(slot))
            {
                names.Add(spelling);
                values.Add(value);
            }
        }

        return new ObjectMap([.. names], [.. values]);
    }

    private sealed class Branch
    {
        private readonly List<(PathPart Part, Branch Child)> children = [];
        private Value? own;

        internal bool IsClosed { get; private set; }

        internal bool IsThere => !IsClosed || own is not null;

        internal void Close(Value? value)
        {
            own = value;
            IsClosed = true;
        }

        internal Branch Child(PathPart part)
        {
            foreach ((PathPart known, Branch child) in children)
            {
                if (known == part)
                {
                    return child;
                }
            }

            Branch made = new();
            children.Add((part, made));
            return made;
        }

        // Null: it is not there.
        internal Value? Value()
        {
            if (IsClosed)
            {
                return own;
            }

            return children.Count > 0 && children[0].Part.Kind == PathPartKind.Index ? Core.Values.Value.Of(List()) : Core.Values.Value.Of(Map());
        }

        private ListValue List()
        {
            Value[] items = new Value[children.Max(child => child.Part.Index) + 1];
            foreach ((PathPart part, Branch child) in children)
            {
                items[part.Index] = child.Value() ?? Core.Values.Value.Null;
            }

            return new ListValue(items);
        }

        private ObjectMap Map()
        {
            List<string> keys = [];
            List<Value> values = [];
            foreach ((PathPart part, Branch child) in children)
            {
                if (child.Value() is { } value)
                {
                    keys.Add(part.Name);
                    values.Add(value);
                }
            }

            return new ObjectMap([.. keys], [.. values]);
        }
    }
}
