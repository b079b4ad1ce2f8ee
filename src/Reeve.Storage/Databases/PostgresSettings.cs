using Npgsql;

namespace Reeve.Storage.Databases;

/// <summary>
/// The connection string as it is used: what it does not say is set here, and what could show data or leave a session changed is
/// not left to it.
/// </summary>
public static class PostgresSettings
{
    /// <summary>For the pool of a node.</summary>
    public static string ForNode(StoreAddress address) => Settings(address, "reeve").ConnectionString;

    /// <summary>For the one connection of a migration: not pooled, and its statements may take long.</summary>
    public static string ForOwner(StoreAddress address)
    {
        NpgsqlConnectionStringBuilder settings = Settings(address, "reeve migrate");
        settings.Pooling = false;
        settings.CommandTimeout = 0;
        settings.SearchPath = "public";
        return settings.ConnectionString;
    }

    private static NpgsqlConnectionStringBuilder Settings(StoreAddress address, string application)
    {
        NpgsqlConnectionStringBuilder settings = new(address.Target);
        Default(settings, "Application Name", application);

        // Seconds to wait for a connection, new or from the pool, and for an answer; a read is ended by the server after five.
        Default(settings, "Timeout", 5);
        Default(settings, "Command Timeout", 10);

        // A peer that is gone without a word is noticed within half a minute.
        Default(settings, "Tcp Keepalive", true);
        Default(settings, "Tcp Keepalive Time", 10);
        Default(settings, "Tcp Keepalive Interval", 5);

        // Days and months are those of UTC, whatever the server's zone.
        settings.Timezone = "UTC";

        // The detail of an error holds rows; a pooled connection is reset before another uses it; no ambient transaction joins.
        settings.IncludeErrorDetail = false;
        settings.PersistSecurityInfo = false;
        settings.NoResetOnClose = false;
        settings.Enlist = false;
        settings.Multiplexing = false;
        return settings;
    }

    private static void Default(NpgsqlConnectionStringBuilder settings, string keyword, object value)
    {
        if (!settings.ShouldSerialize(keyword))
        {
            settings[keyword] = value;
        }
    }
}
