using Reeve.Testing.Recording;

namespace Reeve.Tests.Storage.Recording;

/// <summary>The double keeps what the databases promise.</summary>
public sealed class MemoryCommitterTests : CommitterContract
{
    protected override Task<RecordStores> OpenAsync() => Task.FromResult(RecordStores.InMemory());
}

/// <summary>The same with commits that spread over slots.</summary>
public sealed class MemoryCommitterOfTwoSlotsTests : CommitterContract
{
    protected override Task<RecordStores> OpenAsync() => Task.FromResult(RecordStores.InMemory(slots: 2));
}

/// <summary>The simulated database does, too, through the code that writes to PostgreSQL.</summary>
public sealed class SimulatedCommitterTests : CommitterContract
{
    protected override Task<RecordStores> OpenAsync() => RecordStores.SimulatedAsync();
}

public sealed class MemoryExceptionStoreTests : ExceptionStoreContract
{
    protected override Task<RecordStores> OpenAsync() => Task.FromResult(RecordStores.InMemory());
}

public sealed class MemoryExecutionStoreTests : ExecutionStoreContract
{
    protected override Task<RecordStores> OpenAsync() => Task.FromResult(RecordStores.InMemory());
}

public sealed class MemoryImportStoreTests : ImportStoreContract
{
    protected override Task<RecordStores> OpenAsync() => Task.FromResult(RecordStores.InMemory());
}

public sealed class MemoryRunStoreTests : RunStoreContract
{
    protected override Task<RecordStores> OpenAsync() => Task.FromResult(RecordStores.InMemory());
}

public sealed class MemoryEventLogTests : EventLogContract
{
    protected override Task<RecordStores> OpenAsync() => Task.FromResult(RecordStores.InMemory(slots: 2));
}

public sealed class MemoryErasureTests : ErasureContract
{
    protected override Task<RecordStores> OpenAsync() => Task.FromResult(RecordStores.InMemory());
}

public sealed class MemoryReaderTests : ReaderContract
{
    protected override Task<RecordStores> OpenAsync() => Task.FromResult(RecordStores.InMemory(slots: 3));
}

public sealed class MemoryPlaybookRunStoreTests : PlaybookRunStoreContract
{
    protected override Task<RecordStores> OpenAsync() => Task.FromResult(RecordStores.InMemory());
}

public sealed class MemoryInboxStoreTests : InboxStoreContract
{
    protected override Task<RecordStores> OpenAsync() => Task.FromResult(RecordStores.InMemory());
}

/// <summary>What nodes of a simulation read and claim by, under the committer's fence.</summary>
public sealed class SimulatedInboxStoreTests : InboxStoreContract
{
    protected override Task<RecordStores> OpenAsync() => RecordStores.SimulatedAsync();
}

public sealed class SimulatedReaderTests : ReaderContract
{
    protected override Task<RecordStores> OpenAsync() => RecordStores.SimulatedAsync();
}

public sealed class SimulatedExceptionStoreTests : ExceptionStoreContract
{
    protected override Task<RecordStores> OpenAsync() => RecordStores.SimulatedAsync();
}

public sealed class SimulatedRunStoreTests : RunStoreContract
{
    protected override Task<RecordStores> OpenAsync() => RecordStores.SimulatedAsync();
}

public sealed class SimulatedEventLogTests : EventLogContract
{
    protected override Task<RecordStores> OpenAsync() => RecordStores.SimulatedAsync();
}
