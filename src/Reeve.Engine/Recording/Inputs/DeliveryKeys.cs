using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Reeve.Core.Records;
using Reeve.Engine.Intake;

namespace Reeve.Engine.Recording.Inputs;

/// <summary>By what a delivery is known again (EX-AGENT-INTAKE-5); the bytes are in docs/decisions/0009.</summary>
internal static class DeliveryKeys
{
    /// <summary>What it is looked up by; null when its source gave no id of its own.</summary>
    internal static DeliveryKey? Sought(Arrival arrival) =>
        arrival.ExternalId is { } externalId ? new DeliveryKey(Day(arrival), Hash(arrival.Record.SourceSystem, externalId, arrival.Closes)) : null;

    /// <summary>What it is kept under: without a time of its own also under the next day, so that a repeat across midnight finds it.</summary>
    internal static IReadOnlyList<DeliveryKey> Kept(Arrival arrival) => Sought(arrival) switch
    {
        null => [],
        { } key when arrival.TimestampGiven || key.Day == DateOnly.MaxValue => [key],
        { } key => [key, key with { Day = key.Day.AddDays(1) }],
    };

    internal static UInt128 Hash(string sourceSystem, string externalId, bool closes)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Add(hash, sourceSystem);
        Add(hash, externalId);
        Add(hash, closes ? "close" : "open");
        return BinaryPrimitives.ReadUInt128BigEndian(hash.GetHashAndReset());
    }

    private static DateOnly Day(Arrival arrival) => DateOnly.FromDateTime(arrival.Record.Timestamp.UtcDateTime);

    // field(bytes) of docs/audit-format.md.
    private static void Add(IncrementalHash hash, string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, utf8.Length);
        hash.AppendData(length);
        hash.AppendData(utf8);
    }
}
