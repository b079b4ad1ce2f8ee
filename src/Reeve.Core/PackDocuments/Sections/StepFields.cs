using System.Globalization;
using Reeve.Core.Errors;
using Reeve.Core.Expressions;
using Reeve.Core.PackDocuments.Fields;
using Reeve.Core.Packs;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Core.Wording;

namespace Reeve.Core.PackDocuments.Sections;

/// <summary>Steps of playbooks: texts, or objects.</summary>
internal static class StepFields
{
    internal static IReadOnlyList<PlaybookStep> Read(Field? section, bool mayBeEmpty, ObjectFields playbook)
    {
        if (section is null)
        {
            if (!mayBeEmpty)
            {
                playbook.Notes.Error(ErrorCatalogue.Packs.MissingField, playbook.Pointer, "The field \"steps\" is missing.");
            }

            return [];
        }

        List<(PlaybookStep Step, int? Order, Field Field)> steps = [];
        foreach (Field item in section.Value.Items())
        {
            if (Step(item, (steps.Count + 1).ToString(CultureInfo.InvariantCulture)) is { } step)
            {
                steps.Add((step.Step, step.Order, item));
            }
        }

        HashSet<string> ids = new(StringComparer.Ordinal);
        foreach ((PlaybookStep step, int? _, Field field) in steps)
        {
            if (!ids.Add(step.Id.Value))
            {
                field.Error(ErrorCatalogue.Packs.DuplicateName, $"Two steps have the id {Shown.Name(step.Id.Value)}.");
            }
        }

        // step_order is the order only when every step has one.
        return [.. (steps.TrueForAll(step => step.Order is not null) ? steps.OrderBy(step => step.Order) : steps.AsEnumerable()).Select(step => step.Step)];
    }

    private static (PlaybookStep Step, int? Order)? Step(Field field, string defaultId)
    {
        if (field.IsText)
        {
            if (field.Text() is not { } text)
            {
                return null;
            }

            ReferToText(field, text);
            return (new PlaybookStep { Id = new StepId(defaultId), Action = text }, null);
        }

        if (field.Object() is not { } fields)
        {
            return null;
        }

        string? id = fields.Find("stepId")?.TextOrNumber();
        int? order = fields.Find("stepOrder")?.Whole(0);
        StepId stepId = new(id ?? order?.ToString(CultureInfo.InvariantCulture) ?? defaultId);
        Field? action = fields.Require("action", "actionType");
        ObjectMap parameters = fields.FindAny("parameters", "params") is { } given ? given.Map() ?? ObjectMap.Empty : ObjectMap.Empty;
        PlaybookStep step = new()
        {
            Id = stepId,
            Name = fields.Find("name")?.Prose() ?? "",
            Action = action?.Text() ?? "",
            Parameters = parameters,
            Conditional = fields.Find("conditional")?.Expression(ExpressionMode.Condition),
            Fallback = fields.Find("fallback") is { } fallback ? Step(fallback, stepId.Value + ".fallback")?.Step : null,
            Rollback = fields.Find("rollback") is { } rollback ? Rollback(rollback) : null,
            RequiresApproval = fields.Find("requiresApproval")?.Bool() ?? false,
            Description = fields.Find("description")?.Prose() ?? "",
        };
        if (action is { } named)
        {
            CheckAction(named, step, fields);
        }

        fields.Close();
        return (step, order);
    }

    private static void CheckAction(Field field, PlaybookStep step, ObjectFields fields)
    {
        Field? parameters = fields.FindAny("parameters", "params");
        Field place = parameters ?? field;
        switch (StepActions.Canonical(step.Action))
        {
            case StepActions.CallTool when StepActions.ToolOf(step.Parameters) is { } call:
                string pointer = JsonPointer.Child(place.Pointer, call.Field);
                if (call.Tool.Contains('{'))
                {
                    fields.Notes.Error(
                        ErrorCatalogue.Packs.BadFormat, pointer, "A tool may not be chosen by a placeholder.", "Write the tool's name; use conditional steps to choose.");
                }
                else
                {
                    fields.Notes.Refer(ReferenceKind.Tool, call.Tool, pointer);
                }

                break;
            case StepActions.CallTool:
                place.Error(ErrorCatalogue.Packs.MissingField, "The call names no tool: the parameter \"tool_id\" is missing.");
                break;
            case StepActions.Notify:
                Literal(place, step, "channel", StepActions.Channels);
                break;
            case StepActions.AssignOwner:
                NeedsOne(place, step, ["user_id", "userId", "queue"]);
                break;
            case StepActions.SetStatus:
                NeedsOne(place, step, ["status"]);
                Literal(place, step, "status", StepActions.Statuses);
                break;
            case StepActions.AddComment:
                NeedsOne(place, step, ["text", "text_template", "textTemplate"]);
                break;
            default:
                ReferToText(field, step.Action);
                break;
        }
    }

    private static void NeedsOne(Field place, PlaybookStep step, string[] names)
    {
        if (Array.TrueForAll(names, name => step.Parameters[name].IsNull))
        {
            place.Error(ErrorCatalogue.Packs.MissingField, $"The action {step.Action} needs the parameter {string.Join(" or ", names.Where(name => name == Spelling.Fold(name)))}.");
        }
    }

    // A value with a placeholder is only known when the step runs.
    private static void Literal(Field place, PlaybookStep step, string name, IReadOnlyList<string> allowed)
    {
        Value value = step.Parameters[name];
        if (value.IsNull || value.StringOrNull()?.Contains('{') == true)
        {
            return;
        }

        Field field = new(value, JsonPointer.Child(place.Pointer, name), place.Notes);
        if (field.Text() is { } text && !allowed.Contains(text.ToLowerInvariant()))
        {
            field.NotAllowed(text, allowed);
        }
    }

    private static StepRollback? Rollback(Field field)
    {
        if (field.IsText)
        {
            return field.Reference(ReferenceKind.Tool) is { } only ? new StepRollback(new ToolName(only), ObjectMap.Empty) : null;
        }

        if (field.Object() is not { } fields)
        {
            return null;
        }

        string? tool = fields.Require("tool", "toolId", "toolName")?.Reference(ReferenceKind.Tool);
        ObjectMap parameters = fields.FindAny("parameters", "params") is { } given ? given.Map() ?? ObjectMap.Empty : ObjectMap.Empty;
        fields.Close();
        return tool is null ? null : new StepRollback(new ToolName(tool), parameters);
    }

    private static void ReferToText(Field field, string text) => field.Notes.Refer(ReferenceKind.StepText, text, field.Pointer);
}
