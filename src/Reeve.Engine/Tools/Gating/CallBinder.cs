using Reeve.Core.Calls;
using Reeve.Core.Errors;
using Reeve.Core.Policies;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Tools.Kinds;

namespace Reeve.Engine.Tools.Gating;

/// <summary>What a call would be bound to, said by the kinds that would make it. Thread-safe.</summary>
/// <param name="kinds">The ways to reach tools, those of the gate.</param>
public sealed class CallBinder(IReadOnlyList<IToolKind> kinds) : ICallBinder
{
    private readonly KindTable table = new(kinds);

    /// <inheritdoc/>
    public CallBinding? Bind(BoundPolicy policy, ToolName tool, ObjectMap arguments)
    {
        if (policy.Tools.Find(tool.Value) is not { } definition || table.Problems(definition).Count > 0 || table.Find(definition.Type) is not { } kind)
        {
            return null;
        }

        try
        {
            string target = kind.Target(definition, arguments);
            return new CallBinding(definition.Version, target, CallDigest.Of(policy.Domain.ContentHash, policy.Policy.ContentHash, tool, definition.Version, target, arguments));
        }
        catch (ReeveException)
        {
            // Where it would go cannot be told while arguments are awaited: it is asked about once they are known.
            return null;
        }
    }
}
