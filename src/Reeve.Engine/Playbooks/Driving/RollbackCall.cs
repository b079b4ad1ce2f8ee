using Reeve.Core.Decisions;
using Reeve.Core.Packs;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Core.Values;

namespace Reeve.Engine.Playbooks.Driving;

/// <summary>The call that undoes a step.</summary>
/// <param name="Tool">The tool.</param>
/// <param name="Arguments">Its arguments.</param>
internal sealed record RollbackCall(ToolName Tool, ObjectMap Arguments)
{
    /// <summary>
    /// What the playbook gives, else the <c>rollbackTool</c> of the step's tool, whose parameters are taken by name from the step's output, then from its arguments. Null when there is neither, or something that it
    /// requires is nowhere.
    /// </summary>
    internal static RollbackCall? Of(PlanStep done, PartProgress how, BoundPolicy policy)
    {
        if (done.Rollback is { } given)
        {
            return given.Awaited.Count == 0 ? new RollbackCall(given.Tool, given.Arguments) : null;
        }

        // Of an answer that is not known whole nobody can tell which parameters it would give.
        if (!how.IsExact || done.Tool is not { } name || policy.Tools.Find(name.Value)?.RollbackTool is not { } undo || policy.Tools.Find(undo.Value) is not { } tool)
        {
            return null;
        }

        List<string> names = [];
        List<Value> values = [];
        foreach (ToolParameter parameter in tool.Parameters)
        {
            Value value = how.Output.MapOrNull() is ObjectMap answered && answered.TryGet(parameter.Name, out Value found) && !found.IsNull ? found : done.Arguments[parameter.Name];
            if (!value.IsNull)
            {
                names.Add(parameter.Name);
                values.Add(value);
            }
            else if (parameter.Required)
            {
                return null;
            }
        }

        return new RollbackCall(undo, new ObjectMap([.. names], [.. values]));
    }
}
