using Reeve.Core.Packs;
using Reeve.Core.Records;
using Reeve.Core.Values;

namespace Reeve.Engine.Playbooks.Planning;

/// <summary>The parameters of call_tool (EX-PB-5).</summary>
/// <param name="Tool">The tool to call.</param>
/// <param name="Payload">Its arguments as written: an object, or a lone placeholder for one.</param>
public sealed record CallParameters(ToolName Tool, Value Payload)
{
    private static readonly string[] PayloadNames = ["payload", "payload_template", "payloadTemplate"];

    /// <summary>Reads them; null and a sentence when they are wrong.</summary>
    public static CallParameters? Read(ObjectMap parameters, out string problem)
    {
        if (StepActions.ToolOf(parameters) is not (_, var tool))
        {
            problem = "call_tool takes tool_id, the name of a tool.";
            return null;
        }

        if (tool.Contains('{', StringComparison.Ordinal))
        {
            problem = "tool_id is a name: data cannot choose the tool.";
            return null;
        }

        Value payload = FindPayload(parameters);
        if (!payload.IsNull && payload.Kind is not (ValueKind.Map or ValueKind.String))
        {
            problem = "payload is an object of arguments.";
            return null;
        }

        problem = "";
        return new CallParameters(new ToolName(tool), payload.IsNull ? Value.Of(ObjectMap.Empty) : payload);
    }

    private static Value FindPayload(ObjectMap parameters)
    {
        foreach (string name in PayloadNames)
        {
            if (parameters.TryGet(name, out Value value) && !value.IsNull)
            {
                return value;
            }
        }

        return Value.Null;
    }
}
