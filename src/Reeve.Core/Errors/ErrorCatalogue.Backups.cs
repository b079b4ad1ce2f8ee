namespace Reeve.Core.Errors;

public static partial class ErrorCatalogue
{
    /// <summary>Backups of a store, and what is restored from them.</summary>
    public static class Backups
    {
        /// <summary>The disk has not enough free space.</summary>
        public static readonly ErrorCode NoRoom = new("BACKUP-001", "There is not enough room.", 507, "Free as much as is missing, or name a file on another disk.");

        /// <summary>Something has the name already, or nothing may have it.</summary>
        public static readonly ErrorCode NameTaken = new("BACKUP-002", "A backup cannot have this name.", 409, "Name another file, or replace a backup that is there by --force.");

        /// <summary>PostgreSQL is backed up and restored by its own tools.</summary>
        public static readonly ErrorCode NotAFile = new("BACKUP-003", "Only a SQLite store is backed up and restored by these verbs.", 422, "Use pg_dump or continuous archiving as in docs/operations.md, and 'reeve restore --mark' after a restore.");

        /// <summary>What is to be restored is no backup.</summary>
        public static readonly ErrorCode NoBackup = new("BACKUP-004", "This is no backup of a store.", 422, "Name a file that 'reeve backup' wrote.");

        /// <summary>A backup that is damaged.</summary>
        public static readonly ErrorCode Unsound = new("BACKUP-005", "The backup is damaged.", 422, "Restore another one; nothing was changed.");

        /// <summary>There is a store where one shall be put.</summary>
        public static readonly ErrorCode StoreThere = new("BACKUP-006", "There is a store already.", 409, "Add --force: the store that is there is kept beside the new one.");

        /// <summary>A copy did not come to its end.</summary>
        public static readonly ErrorCode NotFinished = new("BACKUP-007", "The copy did not come to its end.", 503, "Try again; nothing was left under the name that was given.", IsTransient: true);
    }
}
