using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Reeve.Core.Records;

namespace Reeve.Engine.Tools.Executions;

/// <summary>Ids that follow from a place in a plan, so that whoever goes on with it after a crash asks for the same execution (docs/decisions/0019). Pure.</summary>
public static class ExecutionIds
{
    /// <summary>
    /// The execution of a part of a step: the first 16 bytes of SHA-256 over <c>"reeve.execution.1"</c>, then the pass (its 36 characters, lower case), the place and the part and the round (decimal digits), each
    /// preceded by its length in four bytes, big-endian; then version 8 and the variant of RFC 9562.
    /// </summary>
    /// <param name="pass">The pass whose plan it is.</param>
    /// <param name="place">The one-based place of the step in the plan.</param>
    /// <param name="part">What of the step, as the rows of steps have it: <c>step</c>, <c>fallback:1</c>, <c>rollback</c>, <c>criterion:1</c>.</param>
    /// <param name="round">0, and one more each time a person has the part tried anew; not negative.</param>
    public static ExecutionId Of(PassId pass, int place, string part, int round)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(place, 1);
        ArgumentException.ThrowIfNullOrEmpty(part);
        ArgumentOutOfRangeException.ThrowIfNegative(round);
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData("reeve.execution.1"u8);
        Span<byte> length = stackalloc byte[4];
        foreach (string field in (ReadOnlySpan<string>)[pass.ToString(), place.ToString(CultureInfo.InvariantCulture), part, round.ToString(CultureInfo.InvariantCulture)])
        {
            byte[] utf8 = Encoding.UTF8.GetBytes(field);
            BinaryPrimitives.WriteInt32BigEndian(length, utf8.Length);
            hash.AppendData(length);
            hash.AppendData(utf8);
        }

        byte[] id = hash.GetHashAndReset();
        id[6] = (byte)(0x80 | (id[6] & 0x0F));
        id[8] = (byte)(0x80 | (id[8] & 0x3F));
        return new ExecutionId(new Guid(id.AsSpan(0, 16), bigEndian: true));
    }
}
