using System.Buffers.Binary;
using System.Security.Cryptography;
using Reeve.Core.Decisions;
using Reeve.Core.Errors;
using Reeve.Core.Records;

namespace Reeve.Engine.Imports;

/// <summary>Where an item of an import stands: in the body, and among what a mapping made of it. Compared by position.</summary>
/// <param name="Item">The place of the raw item in the body, from 0.</param>
/// <param name="Part">Its place among what the mapping made of that raw item, from 0.</param>
public readonly record struct ItemPlace(long Item, int Part) : IComparable<ItemPlace>
{
    /// <inheritdoc/>
    public int CompareTo(ItemPlace other) => (Item, Part).CompareTo((other.Item, other.Part));

    /// <summary>By what the bytes of a raw item are known again: the first 16 bytes of their SHA-256.</summary>
    public static UInt128 HashOf(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, hash);
        return BinaryPrimitives.ReadUInt128BigEndian(hash);
    }
}

/// <summary>What became of one item of an import.</summary>
public sealed record ImportItem
{
    /// <summary>Where it stands.</summary>
    public required ItemPlace Place { get; init; }

    /// <summary>Of the raw item; null once what it made was erased, and then any bytes are its.</summary>
    public required UInt128? BytesHash { get; init; }

    /// <summary>The exception that it made, changed or repeats; null when it was refused.</summary>
    public ExceptionId? ExceptionId { get; init; }

    /// <summary>Whether it counts as a repeat: it made no exception of its own.</summary>
    public bool Repeats { get; init; }

    /// <summary>Why it was refused; empty when it was not.</summary>
    public IReadOnlyList<ReeveError> Errors { get; init; } = [];

    /// <summary>The key of that exception, when it is read; null when the exception is gone.</summary>
    public ExceptionKey? Key { get; init; }

    /// <summary>Where that exception stands, when it is read; null when it is gone.</summary>
    public ResolutionStatus? Status { get; init; }

    /// <summary>The answer for it, as it was given first.</summary>
    public ExceptionResult Answer() => (Errors, ExceptionId) switch
    {
        ({ Count: > 0 }, _) => new ExceptionResult { Errors = Errors },
        (_, null) => new ExceptionResult { Errors = [Erased()] },
        _ => new ExceptionResult { ExceptionId = ExceptionId, Status = Status ?? ResolutionStatus.Open, Evidence = ["intake: It came before in the same import."], IsRepeat = Repeats },
    };

    internal static ReeveError Erased() => new(ErrorCatalogue.Intake.Erased, "It came before in the same import, and what it made is not there any more.");
}
