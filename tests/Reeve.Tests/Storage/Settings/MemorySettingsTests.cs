using Reeve.Testing.Settings;

namespace Reeve.Tests.Storage.Settings;

/// <summary>The double keeps what the databases promise.</summary>
public sealed class MemoryTenantStoreTests : TenantStoreContract
{
    protected override Task<SettingsStores> OpenAsync() => Task.FromResult(SettingsStores.InMemory());
}

public sealed class MemoryKeyStoreTests : KeyStoreContract
{
    protected override Task<SettingsStores> OpenAsync() => Task.FromResult(SettingsStores.InMemory());
}

public sealed class MemorySealedStoreTests : SealedStoreContract
{
    protected override Task<SettingsStores> OpenAsync() => Task.FromResult(SettingsStores.InMemory());
}

public sealed class MemoryPackStoreTests : PackStoreContract
{
    protected override Task<SettingsStores> OpenAsync() => Task.FromResult(SettingsStores.InMemory());
}

public sealed class MemoryHoldStoreTests : HoldStoreContract
{
    protected override Task<SettingsStores> OpenAsync() => Task.FromResult(SettingsStores.InMemory());
}
