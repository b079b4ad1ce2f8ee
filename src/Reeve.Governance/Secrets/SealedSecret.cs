using System.Text.Json;
using Reeve.Core.Principals;

namespace Reeve.Governance.Secrets;

/// <summary>
/// What is sealed of a secret: <c>{"value", "setBy", "owner"}</c>, JSON in UTF-8 (docs/decisions/0019). Who set it is inside, so that the store cannot say
/// somebody else did. Later members are ignored. Pure.
/// </summary>
internal sealed record SealedSecret(string Value, string SetBy, string Owner)
{
    /// <summary>Where secrets stand among sealed values; no name that Reeve uses itself begins so.</summary>
    internal const string Prefix = "secret/";

    internal static byte[] Write(string value, Principal actor) => JsonSerializer.SerializeToUtf8Bytes(new SealedSecret(value, actor.Id, actor.Owner), SealedSecretJson.Default.SealedSecret);

    /// <summary>Reads what <see cref="Write"/> wrote; sealed as it is, nothing else can stand there.</summary>
    internal static SealedSecret Read(ReadOnlySpan<byte> content) =>
        JsonSerializer.Deserialize(content, SealedSecretJson.Default.SealedSecret) ?? throw new InvalidOperationException("A sealed secret is not null.");
}
