using Reeve.Core.Events;

namespace Reeve.Governance.Audit.Verification;

/// <summary>How the body of an event stands to its commitment.</summary>
internal enum BodyState
{
    /// <summary>Salt and body are those of the commitment.</summary>
    Fits,

    /// <summary>Both are null.</summary>
    Empty,

    /// <summary>Something else.</summary>
    Altered,
}

/// <summary>Compares the bodies of events with their commitments.</summary>
internal sealed class BodyCheck
{
    internal const int SaltLength = 16;
    private readonly byte[] actual = new byte[EventHash.Length];

    /// <summary>The commitment that salt and body give, of the event asked about last; zeros when only one of them is there.</summary>
    internal ReadOnlyMemory<byte> Actual => actual;

    /// <summary>How salt and body of an event stand to its commitment, and what is wrong when they do not fit.</summary>
    internal BodyState Of(LoggedEvent e, out AlteredBody? altered)
    {
        altered = null;
        Array.Clear(actual);
        if (e.Salt is null && e.Body is null)
        {
            return BodyState.Empty;
        }

        if (e.Salt is { } salt && e.Body is { } body)
        {
            EventHash.Commitment(salt.Span, body.Span, actual);
        }

        string? fault = e.Salt is null ? "Its salt is missing while its body is there."
            : e.Body is null ? "Its body is missing while its salt is there."
            : e.Salt.Value.Length != SaltLength ? $"Its salt has {e.Salt.Value.Length} bytes, not {SaltLength}."
            : !e.Commitment.Span.SequenceEqual(actual) ? "Its salt or body was altered: they are not what its commitment stands for."
            : null;
        if (fault is null)
        {
            return BodyState.Fits;
        }

        altered = new AlteredBody(e.TenantId, e.Position, e.Commitment.ToArray(), [.. actual], fault);
        return BodyState.Altered;
    }
}
