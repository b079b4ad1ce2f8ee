namespace Reeve.Core.Errors;

public static partial class ErrorCatalogue
{
    /// <summary>The store: one file, or a PostgreSQL database.</summary>
    public static class Storage
    {
        /// <summary>An address that names no store.</summary>
        public static readonly ErrorCode BadAddress = new("STORE-001", "The store's address cannot be read.", 400, "Write sqlite:PATH or postgres:CONNECTION-STRING.");

        /// <summary>The database does not answer, or the file cannot be opened.</summary>
        public static readonly ErrorCode Unavailable = new("STORE-002", "The store cannot be reached.", 503, "Check that the database runs and that address, name and password are right.", IsTransient: true);

        /// <summary>Another process holds the SQLite file.</summary>
        public static readonly ErrorCode InUse = new("STORE-003", "The store is in use by another process.", 409, "Stop that process. One that serves does other verbs itself only when it also listens on this machine's own address: reeve serve --urls http://localhost:PORT.");

        /// <summary>A write failed: no room, no right, a broken disk.</summary>
        public static readonly ErrorCode Unwritable = new("STORE-004", "The store cannot be written.", 503, "Free disk space or give the right to write; nothing of this was stored.", IsTransient: true);

        /// <summary>Made by a later release.</summary>
        public static readonly ErrorCode Newer = new("STORE-005", "The store was made by a newer release.", 409, "Use that release or a newer one.");

        /// <summary>Not yet brought to this release.</summary>
        public static readonly ErrorCode NotMigrated = new("STORE-006", "The store is not at this release's schema.", 409, "Run 'reeve db migrate --store …' as the owner.");

        /// <summary>A role that row-level security does not bind, or that may not do what a node does.</summary>
        public static readonly ErrorCode UnsafeRole = new("STORE-007", "The database role is not one a node may use.", 409, "Log in as a NOINHERIT member of reeve_app, reeve_engine and reeve_eraser that owns nothing; 'reeve db migrate --grant-to ROLE' makes it one.");

        /// <summary>What is stored cannot be what Reeve wrote.</summary>
        public static readonly ErrorCode Corrupt = new("STORE-008", "The store holds something that cannot be read.", 500, "Run 'reeve audit verify', and restore a backup.");

        /// <summary>Another writer took the slot over; what was to be committed is not in.</summary>
        public static readonly ErrorCode SlotLost = new("STORE-009", "This node lost its writing slot.", 503, "Send it again; it was not stored.", IsTransient: true);

        /// <summary>A migration file was changed after it was applied.</summary>
        public static readonly ErrorCode MigrationChanged = new("STORE-010", "An applied migration differs from the one in this release.", 409, "Use an unaltered release; never edit a migration that was released.");

        /// <summary>A migration failed.</summary>
        public static readonly ErrorCode MigrationFailed = new("STORE-011", "A migration failed and was rolled back.", 409, "Read the database's message; migrate as the owner with CREATEROLE.");

        /// <summary>Reads and writes are tried too often, or take too long.</summary>
        public static readonly ErrorCode Busy = new("STORE-012", "The store did not answer in time.", 503, "Try again.", IsTransient: true);

        /// <summary>What an outcome holds cannot be stored: trying again changes nothing.</summary>
        public static readonly ErrorCode Refused = new("STORE-013", "The store refuses what was to be written.", 500, "Nothing of this was stored; report it with the log's record of it.");

        /// <summary>A statement that an index should serve reads its table in another way.</summary>
        public static readonly ErrorCode UnusedIndex = new("STORE-015", "An index is not used.", 409, "Make the index that is named, as the migrations of this release do (migrating again does not); if it is there: analyze the table.");

        /// <summary>An event of a kind or shape that only a later release knows.</summary>
        public static readonly ErrorCode Later = new("STORE-014", "The log holds something that a later release wrote.", 409, "Read it with the release that wrote it, or a later one.");
    }
}
