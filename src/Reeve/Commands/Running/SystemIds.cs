using Reeve.Engine.Runtime;

namespace Reeve.Commands.Running;

/// <summary>Ids of a real run: UUIDv7 with the system's randomness. Thread-safe.</summary>
internal sealed class SystemIds : IIdSource
{
    public Guid Next(DateTimeOffset at) => Guid.CreateVersion7(at);
}
