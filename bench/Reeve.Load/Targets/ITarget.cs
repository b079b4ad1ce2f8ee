namespace Reeve.Load.Targets;

/// <summary>What became of a submit.</summary>
/// <param name="Accepted">How many of its exceptions are decided and durable.</param>
/// <param name="IsTooMany">Whether it was refused because its tenant has too much under way (429).</param>
/// <param name="Error">What else was wrong; null when nothing was.</param>
internal readonly record struct Submitted(int Accepted, bool IsTooMany = false, string? Error = null);

/// <summary>Whom the callers submit to. Thread-safe.</summary>
internal interface ITarget
{
    /// <summary>Submits new exceptions of one tenant and waits until they are decided and durable.</summary>
    /// <param name="tenant">The number of the tenant, from 0.</param>
    /// <param name="count">How many exceptions.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<Submitted> SubmitAsync(int tenant, int count, CancellationToken cancellationToken);
}

/// <summary>Makes exceptions and submits them to nobody: what the generator itself costs.</summary>
internal sealed class NoTarget(Payloads payloads) : ITarget
{
    public Task<Submitted> SubmitAsync(int tenant, int count, CancellationToken cancellationToken)
    {
        for (int i = 0; i < count; i++)
        {
            _ = payloads.Next();
        }

        return Task.FromResult(new Submitted(count));
    }
}
