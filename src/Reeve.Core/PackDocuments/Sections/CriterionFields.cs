using System.Collections.Frozen;
using Reeve.Core.Errors;
using Reeve.Core.Expressions;
using Reeve.Core.PackDocuments.Fields;
using Reeve.Core.Packs;
using Reeve.Core.Records;
using Reeve.Core.Values;

namespace Reeve.Core.PackDocuments.Sections;

/// <summary>
/// What must hold after the last step: CEL, a call, or a sentence. Which a text is cannot always be told: it is CEL when it
/// compiles and has a sign that prose does not put between words; whether it is a call is known once tools are (binding).
/// </summary>
internal static class CriterionFields
{
    private static readonly string[] Operators = ["==", "!=", "<=", ">=", "&&", "||"];
    private static readonly FrozenSet<string> Constants = FrozenSet.Create("true", "false");

    internal static IReadOnlyList<SuccessCriterion> Read(Field? section)
    {
        List<SuccessCriterion> criteria = [];
        foreach (Field item in section?.Items() ?? [])
        {
            SuccessCriterion? criterion = item.IsText ? OfText(item) : OfObject(item);
            if (criterion is not null)
            {
                criteria.Add(criterion);
            }
        }

        return criteria;
    }

    private static SuccessCriterion? OfText(Field field)
    {
        if (field.Text() is not { } text)
        {
            return null;
        }

        if (!Constants.Contains(text.Trim()) && text.AsSpan().IndexOfAny(".([=<>!&|?") < 0)
        {
            return new SuccessCriterion { Text = text };
        }

        if (Expression.TryCompile(text, ExpressionMode.Condition, out Expression? condition, out ReeveError? error))
        {
            return new SuccessCriterion { Text = text, Condition = condition };
        }

        if (Array.Exists(Operators, text.Contains))
        {
            field.Warn(ErrorCatalogue.Packs.Doubtful, $"This looks like an expression and is none, so a person will be asked: {error.Message}");
        }

        return new SuccessCriterion { Text = text };
    }

    private static SuccessCriterion? OfObject(Field field)
    {
        if (field.Object() is not { } fields)
        {
            return null;
        }

        Field? condition = fields.FindAny("condition", "if");
        Field? tool = fields.FindAny("tool", "toolId", "toolName");
        Expression? compiled = condition?.Expression(ExpressionMode.Condition);
        string? called = tool?.Reference(ReferenceKind.Tool);
        ObjectMap parameters = fields.FindAny("parameters", "params", "payload") is { } given ? given.Map() ?? ObjectMap.Empty : ObjectMap.Empty;
        string description = fields.Find("description")?.Prose() ?? "";
        fields.Close();
        if (ObjectFields.OnlyOne(condition, tool) is null)
        {
            field.Error(ErrorCatalogue.Packs.MissingField, "The criterion has neither a condition nor a tool.");
        }

        return compiled is null && called is null ? null : new SuccessCriterion
        {
            Text = description.Length > 0 ? description : compiled is not null ? condition!.Value.Value.StringOrNull() ?? "" : called!, // one of the two was read
            Condition = compiled,
            Tool = called is null ? null : new ToolName(called),
            Parameters = parameters,
        };
    }
}
