using Reeve.Core.Errors;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Core.Wording;

namespace Reeve.Engine.Tools.Kinds.WebTools;

/// <summary>Reads the secrets of one attempt, and has them taken out of its answer.</summary>
internal sealed class SecretReader(ISecrets secrets, TenantId tenant, SecretScrub scrub)
{
    /// <summary>The secret of a reference, as a header can carry it.</summary>
    /// <exception cref="ReeveException">TOOL-025: there is none, or none that fits.</exception>
    internal async ValueTask<string> ReadAsync(string reference, CancellationToken cancellationToken)
    {
        // Files of secrets often end in a line feed.
        string secret = (await secrets.ResolveAsync(tenant, reference, cancellationToken)).TrimEnd('\r', '\n');
        Hide(secret);
        return WebDefinition.IsHeaderValue(secret) ? secret : throw Unfit(reference, "holds what a header cannot carry");
    }

    /// <summary>A header's value as written, with the secret in place of the reference that it may end in.</summary>
    internal async ValueTask<string> FillAsync(string value, CancellationToken cancellationToken)
    {
        int at = value.IndexOf(WebDefinition.SecretScheme, StringComparison.Ordinal);
        return at < 0 ? value : value[..at] + await ReadAsync(value[at..].TrimEnd(), cancellationToken);
    }

    /// <summary>Keeps a secret out of what is handed on.</summary>
    internal void Hide(string secret) => scrub.Add(secret);

    internal static ReeveException Unfit(string reference, string why) => new(new ReeveError(ErrorCatalogue.Tools.NoSecret, $"{Shown.Name(reference)} {why}.", reference));
}
