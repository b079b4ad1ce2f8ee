using Reeve.Testing.Timetables;

namespace Reeve.Tests.Storage.Timetables;

/// <summary>The double keeps what the databases promise.</summary>
public sealed class MemoryScheduleStoreTests : ScheduleStoreContract
{
    protected override Task<ScheduleStores> OpenAsync() => Task.FromResult(ScheduleStores.InMemory());
}
