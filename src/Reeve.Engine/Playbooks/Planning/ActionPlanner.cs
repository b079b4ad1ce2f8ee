using Reeve.Core.Decisions;
using Reeve.Core.Errors;
using Reeve.Core.Packs;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Playbooks.Placeholders;

namespace Reeve.Engine.Playbooks.Planning;

/// <summary>Plans Reeve's own actions (EX-PB-5): notify, assign_owner, set_status, add_comment.</summary>
internal static class ActionPlanner
{
    private const string DefaultGroup = "DefaultOps";

    private static readonly ActionShape[] Shapes =
    [
        new(StepActions.Notify, ["channel", "group", "template_id"], ["subject", "message"]),
        new(StepActions.AssignOwner, ["user_id", "queue"], []),
        new(StepActions.SetStatus, ["status"], []),
        new(StepActions.AddComment, [], ["text", "text_template"]),
    ];

    /// <summary>Plans an action other than a tool call.</summary>
    internal static PlanStep Plan(PlanStep blank, string action, PlaybookStep source, Gate gate, string place, PlanDraft draft)
    {
        PlanStep step = blank with { Kind = gate.Kind ?? PlanStepKind.Action, Action = action, Status = gate.Status, Reason = gate.Reason };
        if (ToolAllowList.CheckAction(action, draft.Policy) is ToolVerdict.Refused refused)
        {
            draft.Refuse(ErrorCatalogue.Plans.ToolRefused, place, refused.Reason);
            return step;
        }

        if (gate.Status == StepStatus.Skipped)
        {
            return step;
        }

        ActionShape shape = Shapes.First(candidate => candidate.Action == action);
        Filled filled = Fill(shape, source.Parameters, place, draft);
        string? problem = action switch
        {
            StepActions.Notify => Notify(filled, place, draft),
            StepActions.AssignOwner => AssignOwner(filled, place, draft),
            StepActions.SetStatus => SetStatus(filled, gate, place, draft),
            _ => AddComment(filled, place, draft),
        };
        step = step with { Arguments = filled.Arguments(), Awaited = filled.Awaited };
        return problem is null ? step : step with { Status = StepStatus.Failed, Reason = CallPlanner.Join(gate.Reason, problem) };
    }

    private static string? Notify(Filled filled, string place, PlanDraft draft)
    {
        filled.Default("group", DefaultGroup);
        if (!filled.Given("message") && !filled.Given("subject") && !filled.Given("template_id"))
        {
            draft.Warn(place, "notify has neither subject, message nor template_id.");
        }

        if (!filled.TryText("channel", out string channel) || StepActions.Channels.Contains(channel, StringComparer.OrdinalIgnoreCase))
        {
            return null;
        }

        return Wrong(filled, "channel", $"notify knows the channels {string.Join(", ", StepActions.Channels)}", place, draft);
    }

    private static string? AssignOwner(Filled filled, string place, PlanDraft draft)
    {
        bool user = filled.Given("user_id");
        bool queue = filled.Given("queue");
        if (user == queue)
        {
            draft.Refuse(ErrorCatalogue.Plans.BadParameters, place, "assign_owner takes either user_id or queue.");
            return null;
        }

        return filled.Has(user ? "user_id" : "queue") ? null : $"'{(user ? "user_id" : "queue")}' of assign_owner stands for nothing.";
    }

    private static string? SetStatus(Filled filled, Gate gate, string place, PlanDraft draft)
    {
        if (!filled.Given("status"))
        {
            draft.Refuse(ErrorCatalogue.Plans.BadParameters, place, "set_status takes a status: open, analyzing, resolved or escalated.");
            return null;
        }

        if (filled.IsAwaited("status"))
        {
            return null;
        }

        if (!filled.TryText("status", out string word) || StatusTransitions.Read(word) is not { } status)
        {
            return Wrong(filled, "status", "set_status knows open, analyzing, resolved and escalated", place, draft);
        }

        if (!StatusTransitions.IsLegal(draft.Status, status))
        {
            draft.Refuse(ErrorCatalogue.Plans.IllegalStatus, place, $"{Wire.Name(status)} cannot follow {Wire.Name(draft.Status)}.");
            return null;
        }

        if (gate.Status == StepStatus.Success)
        {
            draft.Status = status;
        }

        filled.Replace("status", Wire.Name(status));
        return null;
    }

    private static string? AddComment(Filled filled, string place, PlanDraft draft)
    {
        if (!filled.Given("text") && !filled.Given("text_template"))
        {
            draft.Refuse(ErrorCatalogue.Plans.BadParameters, place, "add_comment takes text or text_template.");
        }

        return null;
    }

    // What the author wrote wrongly fails the plan; what the data made wrong fails the step.
    private static string? Wrong(Filled filled, string name, string known, string place, PlanDraft draft)
    {
        if (filled.IsLiteral(name))
        {
            draft.Refuse(ErrorCatalogue.Plans.BadParameters, place, $"{known}, not '{filled.Shown(name)}'.");
            return null;
        }

        return $"{known}; '{name}' resolves to something else.";
    }

    private static Filled Fill(ActionShape shape, ObjectMap parameters, string place, PlanDraft draft)
    {
        Filled filled = new(parameters.Count);
        for (int i = 0; i < parameters.Count; i++)
        {
            string key = parameters.Keys[i];
            string name = shape.Spelled(key);
            bool forPeople = shape.Texts.Contains(name);
            Template template = new(draft.Sources, forPeople ? TemplateUse.TextForPeople : TemplateUse.ToolArgument);
            Value? value = template.Fill(parameters.Values[i], JsonPointer.Child("", name));

            // A lone placeholder keeps its type for tools; people read text.
            value = forPeople && value is { } shown ? Value.Of(Template.Shown(shown)) : value;
            filled.Add(name, parameters.Values[i], value, template.Awaited);
            foreach (string error in template.Errors)
            {
                draft.Refuse(ErrorCatalogue.Plans.UnresolvedPlaceholder, place, error);
            }
        }

        return filled;
    }

    private sealed record ActionShape(string Action, string[] References, string[] Texts)
    {
        // The spelling of EX-PB-5 for both spellings of a known parameter; others stay as written.
        internal string Spelled(string key) =>
            Array.Find(References, name => IsSame(name, key)) ?? Array.Find(Texts, name => IsSame(name, key)) ?? key;

        // Whether the same but for underscores and case.
        private static bool IsSame(ReadOnlySpan<char> name, ReadOnlySpan<char> key)
        {
            while (true)
            {
                name = name.TrimStart('_');
                key = key.TrimStart('_');
                if (name.IsEmpty || key.IsEmpty)
                {
                    return name.IsEmpty && key.IsEmpty;
                }

                if (!name[..1].Equals(key[..1], StringComparison.OrdinalIgnoreCase))
                {
                    return false;
                }

                name = name[1..];
                key = key[1..];
            }
        }
    }

    // Parameters as written and as filled in, by their name.
    private sealed class Filled(int capacity)
    {
        private readonly List<(string Name, Value Written, Value? Value)> items = new(capacity);
        private readonly List<string> awaited = [];

        internal IReadOnlyList<string> Awaited => awaited;

        internal void Add(string name, Value written, Value? value, IReadOnlyList<string> later)
        {
            items.RemoveAll(item => item.Name == name);
            items.Add((name, written, value));
            awaited.AddRange(later);
        }

        internal bool Given(string name) => items.Exists(item => item.Name == name && !item.Written.IsNull);

        internal bool Has(string name) => items.Exists(item => item.Name == name && item.Value is { IsNull: false } value && value.StringOrNull() is not "");

        internal bool IsAwaited(string name) => awaited.Contains("/" + name);

        internal bool IsLiteral(string name) => items.Exists(item => item.Name == name && item.Value == item.Written);

        internal string Shown(string name) => Template.Shown(items.Find(item => item.Name == name).Written);

        internal bool TryText(string name, out string text)
        {
            text = items.Find(item => item.Name == name).Value?.StringOrNull() ?? "";
            return text.Length > 0 && !IsAwaited(name);
        }

        internal void Default(string name, string text)
        {
            if (!Has(name))
            {
                items.RemoveAll(item => item.Name == name);
                items.Add((name, Value.Of(text), Value.Of(text)));
            }
        }

        internal void Replace(string name, string text)
        {
            int at = items.FindIndex(item => item.Name == name);
            items[at] = items[at] with { Value = Value.Of(text) };
        }

        internal ObjectMap Arguments()
        {
            List<(string Name, Value Written, Value? Value)> known = items.FindAll(item => item.Value is { IsNull: false });
            return new ObjectMap([.. known.Select(item => item.Name)], [.. known.Select(item => item.Value ?? Value.Null)]);
        }
    }
}
