using Reeve.Core.Calls;
using Reeve.Core.Ports;
using Reeve.Core.Values;

namespace Reeve.Engine.Approvals;

/// <summary>Whether an approval covers exactly a call (docs/decisions/0021). Thread-safe.</summary>
public sealed class ApprovalCover(IApprovalStore store) : ICallApprovals
{
    /// <inheritdoc/>
    public async ValueTask<CallApproval?> FindAsync(ToolCall call, CallDigest digest, string target, CancellationToken cancellationToken)
    {
        if (call.Subject is not { Place: { } place } subject)
        {
            // For an exception the gate knows what was done since; a call for none is approved once, for one execution.
            IReadOnlyList<Approval> single = call.Subject is { } about
                ? await store.OfExceptionAsync(call.TenantId, about.Key, cancellationToken)
                : await store.OfExecutionAsync(call.TenantId, call.Id, cancellationToken);
            return Of(single, 0, ApprovalItem.WithoutStep, call, digest, target);
        }

        // A step of a plan is approved in its own pass: what is decided anew is asked anew.
        return subject.Pass is null ? null
            : Of(await store.OfExceptionAsync(call.TenantId, subject.Key, cancellationToken), place, subject.PartName ?? Name(subject.Part), call, digest, target);
    }

    private static CallApproval? Of(IReadOnlyList<Approval> approvals, int place, string part, ToolCall call, CallDigest digest, string target)
    {
        foreach (Approval approval in approvals)
        {
            if (approval is { Status: ApprovalStatus.Approved, Request: { } request, DecidedAt: { } at } && approval.Exception == call.Subject?.Key && approval.Pass == call.Subject?.Pass
                && request.Items.Any(item => item.Place == place && item.Part == part && Covers(approval, item, call, digest, target)))
            {
                return new CallApproval(approval.Id, at);
            }
        }

        return null;
    }

    /// <summary>Whether an item of an approval is exactly a call: its digest, or, where arguments were awaited, all else equal and each of them inside its bounds. Pure.</summary>
    public static bool Covers(Approval approval, ApprovalItem item, ToolCall call, CallDigest digest, string target)
    {
        if (item.Tool != call.Tool || item.Target != target)
        {
            return false;
        }

        if (item.Awaited.Count == 0)
        {
            return item.Digest == digest;
        }

        // What was shown must be bound under the same packs and version: its digest is made again of what was shown.
        CallDigest shown = CallDigest.Of(call.Policy.Domain.ContentHash, call.Policy.Policy.ContentHash, call.Tool, item.ToolVersion ?? "", target, item.Arguments);
        return item.Digest == shown && Same(
            Value.Of(item.Arguments), Value.Of(call.Arguments), "", [.. item.Awaited.Select(awaited => (awaited.Pointer, approval.BoundsOf(item, awaited)))]);
    }

    private static bool Same(in Value shown, in Value given, string pointer, IReadOnlyList<(string Pointer, IReadOnlyList<ArgumentBound> Bounds)> awaited)
    {
        foreach ((string awaitedAt, IReadOnlyList<ArgumentBound> bounds) in awaited)
        {
            if (awaitedAt == pointer)
            {
                Value value = given;
                return bounds.Count > 0 && bounds.All(bound => bound.Allows(value));
            }
        }

        if (shown.MapOrNull() is ObjectMap map)
        {
            return given.MapOrNull() is ObjectMap other && SameMembers(map, other, pointer, awaited);
        }

        if (shown.ListOrNull() is not { } list)
        {
            return JsonText.ToText(shown) == JsonText.ToText(given);
        }

        if (given.ListOrNull() is not { } items || items.Count != list.Count)
        {
            return false;
        }

        for (int i = 0; i < list.Count; i++)
        {
            if (!Same(list[i], items[i], JsonPointer.Child(pointer, i), awaited))
            {
                return false;
            }
        }

        return true;
    }

    private static bool SameMembers(ObjectMap shown, ObjectMap given, string pointer, IReadOnlyList<(string Pointer, IReadOnlyList<ArgumentBound> Bounds)> awaited)
    {
        foreach (string name in given.Keys)
        {
            if (!shown.TryGet(name, out _))
            {
                return false;
            }
        }

        for (int i = 0; i < shown.Count; i++)
        {
            // An awaited argument that came to nothing is left out (EX-PB-6), and that is not what was shown.
            if (!given.TryGet(shown.Keys[i], out Value value) || !Same(shown.Values[i], value, JsonPointer.Child(pointer, shown.Keys[i]), awaited))
            {
                return false;
            }
        }

        return true;
    }

    private static string Name(StepPart part) => part switch
    {
        StepPart.Rollback => "rollback",
        StepPart.Fallback => "fallback",
        StepPart.Criterion => "criterion",
        _ => "step",
    };
}
