using Reeve.Core.Errors;
using Reeve.Core.Expressions;
using Reeve.Core.Expressions.Inquiries;
using Reeve.Core.Packs;
using Reeve.Core.Packs.StepTexts;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Core.Wording;
using Reeve.Engine.Playbooks.Planning;

namespace Reeve.Engine.Linting.PlaybookChecks;

/// <summary>
/// Arguments that calls give and tools do not take, or that tools require and calls leave out. Only of calls whose arguments are
/// written as an object: what a text leaves out, and a step that only names its tool, is found by name when it is planned.
/// </summary>
internal static class ArgumentChecks
{
    private const string Arguments = "args";

    /// <summary>The calls that playbooks of one document write.</summary>
    internal static IEnumerable<ReeveError> Check(PackPlace top, IReadOnlyList<Playbook> playbooks, NamedList<ToolDefinition> tools) =>
        playbooks.SelectMany(playbook => Calls(playbook, PlaybookPlaces.Of(top, playbook), tools)).SelectMany(call => Check(call, tools));

    /// <summary>What the amount and the currency of a tool read: <c>args</c>; an argument by its name alone is left alone.</summary>
    internal static IEnumerable<ReeveError> Check(ToolDefinition tool, PackPlace place)
    {
        (string Name, Expression? Expression)[] own = [("amount", tool.Amount), ("currency", tool.Currency)];
        foreach ((string name, Expression expression) in own.Where(one => one.Expression is not null && !IsOpen(tool)).Select(one => (one.Name, one.Expression!))) // not null: asked just before
        {
            foreach ((string read, IEnumerable<string> parts) in Readings(ExpressionInquiry.Of(expression)))
            {
                if (SchemaMembers.WhyMissing(tool.InputSchema.Source, parts) is { } why)
                {
                    yield return new ReeveError(
                        ErrorCatalogue.Lint.NoSuchArgument, $"The {name} of {Shown.Name(tool.Name.Value)} reads {Shown.Name(read)} of what the tool takes: {why}", place.Find(name).Pointer);
                }
            }
        }
    }

    private static IEnumerable<(string Read, IEnumerable<string> Parts)> Readings(ExpressionInquiry inquiry)
    {
        foreach (PathInquiry path in inquiry.Paths.Where(path => path.Parts[0].Name == Arguments))
        {
            yield return (path.Text, path.Parts.Skip(1).TakeWhile(part => part.Kind != PathPartKind.Any).Select(part => part.Kind == PathPartKind.Index ? $"{part.Index}" : part.Name));
        }

        foreach (string name in inquiry.Names.Where(name => name != Arguments))
        {
            yield return (name, [name]);
        }
    }

    // Whoever writes "additionalProperties: true" takes more than is listed.
    private static bool IsOpen(ToolDefinition tool) =>
        tool.InputSchema.Source.MapOrNull() is not { } schema || (schema["additionalProperties"].Kind == ValueKind.Bool && schema["additionalProperties"].AsBool());

    private static IEnumerable<ReeveError> Check(Call call, NamedList<ToolDefinition> tools)
    {
        if (tools.Find(call.Tool.Value)?.InputSchema.Source is not { } source || SchemaMembers.Top(source) is not { } schema)
        {
            yield break;
        }

        string[] known = schema["properties"].MapOrNull() is ObjectMap properties ? properties.Keys.ToArray() : [];
        bool isClosed = schema["additionalProperties"].Kind == ValueKind.Bool && !schema["additionalProperties"].AsBool() && !schema.TryGet("patternProperties", out _);
        foreach (string name in isClosed ? call.Arguments.Keys.ToArray().Where(name => !known.Contains(name)) : [])
        {
            yield return new ReeveError(
                ErrorCatalogue.Lint.NoSuchArgument,
                $"{call.Name} gives {Shown.Name(call.Tool.Value)} the argument {Shown.Name(name)}, which it does not take.{DidYouMean.Sentence(name, known)}",
                call.Place.Key(name).Pointer);
        }

        string[] missing = [.. (schema["required"].ListOrNull() ?? ListValue.Empty).Items.ToArray()
            .Select(name => name.StringOrNull()).OfType<string>().Where(name => !call.Arguments.TryGet(name, out _))];
        if (missing.Length > 0)
        {
            yield return new ReeveError(
                ErrorCatalogue.Lint.MissingArgument, $"{call.Name} leaves out {string.Join(" and ", missing.Select(Shown.Name))}, which {Shown.Name(call.Tool.Value)} requires.", call.Place.Pointer);
        }
    }

    private static IEnumerable<Call> Calls(Playbook playbook, PackPlace place, NamedList<ToolDefinition> tools)
    {
        string of = $"of playbook {Shown.Name(playbook.Id.Value)}";
        foreach (PlaybookStep step in playbook.Steps)
        {
            string name = $"Step {Shown.Name(step.Id.Value)} {of}";
            PackPlace at = PlaybookPlaces.Step(place, step);
            for (PlaybookStep? one = step; one is not null; one = one.Fallback)
            {
                PackPlace parameters = at.Find("parameters", "params");
                switch (StepForm.Of(one, tools))
                {
                    // Data that is a whole payload is only known when it is there.
                    case StepForm.OwnAction { Word: StepActions.CallTool } when CallParameters.Read(one.Parameters, out _) is { Payload: var payload } call && payload.MapOrNull() is ObjectMap given:
                        yield return new Call(name, call.Tool, given, parameters.Find("payload", "payloadTemplate"));
                        break;
                    case StepForm.ByName { Tool: var tool } when one.Parameters.Count > 0: yield return new Call(name, tool, one.Parameters, parameters); break;
                }

                // What undoes a step is never bound by name.
                if (one.Rollback is { } rollback)
                {
                    yield return new Call($"The rollback of {char.ToLowerInvariant(name[0])}{name[1..]}", rollback.Tool, rollback.Parameters, at.Find("rollback").Find("parameters", "params"));
                }

                name = $"The fallback of {char.ToLowerInvariant(name[0])}{name[1..]}";
                at = at.Find("fallback");
            }
        }

        PackPlace criteria = place.Find("successCriteria");
        for (int i = 0; i < playbook.SuccessCriteria.Count; i++)
        {
            if (playbook.SuccessCriteria[i] is { Tool: { } tool, Parameters: { Count: > 0 } given })
            {
                yield return new Call($"Success criterion {i + 1} {of}", tool, given, criteria.Item(i).Find("parameters", "params", "payload"));
            }
        }
    }

    private sealed record Call(string Name, ToolName Tool, ObjectMap Arguments, PackPlace Place);
}
