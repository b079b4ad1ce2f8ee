using System.Security.Cryptography;

namespace Reeve.Storage.Committing;

/// <summary>Where ids of events and writers, and salts of bodies, come from: chance, which a test can fix. Thread-safe.</summary>
public interface IEventSeeds
{
    /// <summary>A new UUIDv7 (RFC 9562) whose time is <paramref name="at"/>.</summary>
    Guid NextId(DateTimeOffset at);

    /// <summary>Fills the salt of a body. Whoever can guess it can guess short bodies that were erased.</summary>
    void Salt(Span<byte> salt);
}

/// <summary>Ids and salts of the system's random number generator.</summary>
public sealed class SystemEventSeeds : IEventSeeds
{
    /// <inheritdoc/>
    public Guid NextId(DateTimeOffset at) => Guid.CreateVersion7(at);

    /// <inheritdoc/>
    public void Salt(Span<byte> salt) => RandomNumberGenerator.Fill(salt);
}
