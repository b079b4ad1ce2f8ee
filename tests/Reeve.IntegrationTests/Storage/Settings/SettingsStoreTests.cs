using Reeve.Storage.Databases;
using Reeve.Testing.Settings;

namespace Reeve.IntegrationTests.Storage.Settings;

/// <summary>The stores of settings keep their contracts on both databases; on PostgreSQL as the tenant's own role.</summary>
public sealed class SqliteTenantStoreTests : TenantStoreContract
{
    protected override Task<SettingsStores> OpenAsync() => SettingsStores.OpenAsync(Dialect.Sqlite);
}

public sealed class PostgresTenantStoreTests : TenantStoreContract
{
    protected override Task<SettingsStores> OpenAsync() => SettingsStores.OpenAsync(Dialect.Postgres);
}

public sealed class SqliteKeyStoreTests : KeyStoreContract
{
    protected override Task<SettingsStores> OpenAsync() => SettingsStores.OpenAsync(Dialect.Sqlite);
}

public sealed class PostgresKeyStoreTests : KeyStoreContract
{
    protected override Task<SettingsStores> OpenAsync() => SettingsStores.OpenAsync(Dialect.Postgres);
}

public sealed class SqliteSealedStoreTests : SealedStoreContract
{
    protected override Task<SettingsStores> OpenAsync() => SettingsStores.OpenAsync(Dialect.Sqlite);
}

public sealed class PostgresSealedStoreTests : SealedStoreContract
{
    protected override Task<SettingsStores> OpenAsync() => SettingsStores.OpenAsync(Dialect.Postgres);
}

public sealed class SqlitePackStoreTests : PackStoreContract
{
    protected override Task<SettingsStores> OpenAsync() => SettingsStores.OpenAsync(Dialect.Sqlite);
}

public sealed class PostgresPackStoreTests : PackStoreContract
{
    protected override Task<SettingsStores> OpenAsync() => SettingsStores.OpenAsync(Dialect.Postgres);
}

public sealed class SqliteHoldStoreTests : HoldStoreContract
{
    protected override Task<SettingsStores> OpenAsync() => SettingsStores.OpenAsync(Dialect.Sqlite);
}

public sealed class PostgresHoldStoreTests : HoldStoreContract
{
    protected override Task<SettingsStores> OpenAsync() => SettingsStores.OpenAsync(Dialect.Postgres);
}
