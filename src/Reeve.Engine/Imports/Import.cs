using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Reeve.Core.Records;

namespace Reeve.Engine.Imports;

/// <summary>An import, unique in its tenant: a UUIDv7, or made from an Idempotency-Key.</summary>
public readonly record struct ImportId(Guid Value)
{
    /// <summary>The id of what one principal of a tenant sends under one key; the bytes are in docs/decisions/0013.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="principal">The id of the credential's principal.</param>
    /// <param name="key">The Idempotency-Key, as it was sent.</param>
    public static ImportId Of(TenantId tenant, string principal, string key)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[4];
        foreach (string field in (ReadOnlySpan<string>)["reeve.import.1", tenant.Value, principal, key])
        {
            // field(bytes) of docs/audit-format.md.
            byte[] utf8 = Encoding.UTF8.GetBytes(field);
            BinaryPrimitives.WriteInt32BigEndian(length, utf8.Length);
            hash.AppendData(length);
            hash.AppendData(utf8);
        }

        // RFC 9562, version 8: our own bits, with the version and the variant in their places.
        byte[] id = hash.GetHashAndReset();
        id[6] = (byte)(0x80 | (id[6] & 0x0F));
        id[8] = (byte)(0x80 | (id[8] & 0x3F));
        return new ImportId(new Guid(id.AsSpan(0, 16), bigEndian: true));
    }

    /// <inheritdoc/>
    public override string ToString() => Value.ToString("D");
}

/// <summary>What an import came as.</summary>
public enum ImportKind
{
    /// <summary>DOCUMENT: one JSON document, sent with an Idempotency-Key.</summary>
    Document,

    /// <summary>STREAM: JSON Lines.</summary>
    Stream,
}

/// <summary>Where an import stands.</summary>
public enum ImportState
{
    /// <summary>RUNNING: a node works on it; set when it begins or is taken up again.</summary>
    Running,

    /// <summary>ENDED: every item has its row; set by the node that worked on it.</summary>
    Ended,

    /// <summary>BROKEN: it broke off, or an item met what may pass; set by the node that worked on it, or by whoever takes over that node's slot.</summary>
    Broken,
}

/// <summary>How many items an import had, and what became of them. Several items that a mapping made of one count as several.</summary>
public readonly record struct ImportCounts(long Items, long Accepted, long Repeated, long Refused);

/// <summary>An import, as it is stored. Its times are the database's.</summary>
public sealed record Import
{
    /// <summary>Whose.</summary>
    public required TenantId TenantId { get; init; }

    /// <summary>Its id.</summary>
    public required ImportId Id { get; init; }

    /// <summary>The UTC day of its start: the day under which its items are kept.</summary>
    public required DateOnly Day { get; init; }

    /// <summary>What it came as.</summary>
    public required ImportKind Kind { get; init; }

    /// <summary>Whose packs decided.</summary>
    public required DomainName Domain { get; init; }

    /// <summary>SHA-256 of a document; null for a stream.</summary>
    public ReadOnlyMemory<byte>? BodyHash { get; init; }

    /// <summary>Where it stands.</summary>
    public required ImportState State { get; init; }

    /// <summary>The node that works, or worked last, on it.</summary>
    public required Guid Node { get; init; }

    /// <summary>When it began.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When it ended or broke off; null while it is worked on.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Its counts as they were when it last ended or broke off; null when a node never came to say so.</summary>
    public ImportCounts? Counts { get; init; }

    /// <summary>Whether it began over 24 hours ago, so that its key is free; judged when it was read.</summary>
    public bool IsExpired { get; init; }
}
