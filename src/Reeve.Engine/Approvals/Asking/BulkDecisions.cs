using Reeve.Core.Errors;
using Reeve.Core.Principals;
using Reeve.Core.Records;

namespace Reeve.Engine.Approvals.Asking;

/// <summary>Decides several approvals alike (EX-API-18), one after the other and each for itself. Thread-safe.</summary>
/// <param name="desk">Decides.</param>
public sealed class BulkDecisions(ApprovalDesk desk)
{
    /// <summary>Decides.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="ids">Which, as they were written.</param>
    /// <param name="approves">Whether yes.</param>
    /// <param name="actor">Who: the authenticated principal.</param>
    /// <param name="comments">What it remarks.</param>
    /// <param name="cancellationToken">Gives up; what is decided stays so.</param>
    /// <returns>What became of each, in order: what a person may not decide stops none of the others.</returns>
    /// <exception cref="ReeveException">STORE-… when the store is away: those before are decided.</exception>
    public async Task<IReadOnlyList<BulkDecision>> DecideAsync(
        TenantId tenant, IReadOnlyList<string> ids, bool approves, Principal actor, string comments, CancellationToken cancellationToken)
    {
        List<BulkDecision> decided = [];
        foreach (string id in ids)
        {
            try
            {
                Guid approval = Guid.TryParseExact(id, "D", out Guid known) ? known : throw new ReeveException(new ReeveError(ErrorCatalogue.Approvals.NotFound, "The tenant has no approval of that id."));
                decided.Add(new BulkDecision(
                    id,
                    approves
                        ? await desk.ApproveAsync(tenant, approval, actor, comments, [], cancellationToken)
                        : await desk.RejectAsync(tenant, approval, actor, comments, cancellationToken),
                    Error: null));
            }
            catch (ReeveException refused) when (refused.Error.Code.StartsWith("APPR-", StringComparison.Ordinal))
            {
                decided.Add(new BulkDecision(id, Approval: null, refused.Error));
            }
        }

        return decided;
    }
}

/// <summary>What became of one.</summary>
/// <param name="Id">Which, as it was written.</param>
/// <param name="Approval">As it stands now; null when it was refused.</param>
/// <param name="Error">Why; null when it was not.</param>
public sealed record BulkDecision(string Id, Approval? Approval, ReeveError? Error);
