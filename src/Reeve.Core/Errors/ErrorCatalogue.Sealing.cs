namespace Reeve.Core.Errors;

public static partial class ErrorCatalogue
{
    /// <summary>The master key, and what is sealed with it.</summary>
    public static class Sealing
    {
        /// <summary>No file with a master key.</summary>
        public static readonly ErrorCode KeyMissing = new("SEAL-001", "The master key cannot be read.", 500, "Set REEVE_MASTER_KEY_FILE to the file that holds the key this store was first started with.");

        /// <summary>A file that holds no master key.</summary>
        public static readonly ErrorCode BadKeyFile = new("SEAL-002", "The file holds no master key.", 500, "Give a file of 32 bytes: raw, as 64 hexadecimal digits, or in base64.");

        /// <summary>A master key that others on this machine may read.</summary>
        public static readonly ErrorCode ExposedKeyFile = new("SEAL-003", "Others on this machine may read the master key.", 500, "Take their rights away: 'chmod 600 FILE', for a mounted secret its mode 0400.");

        /// <summary>A sealed value that was altered, cut or moved.</summary>
        public static readonly ErrorCode Broken = new("SEAL-004", "A sealed value cannot be opened.", 500, "It was altered or moved; restore it from a backup, or enter it again.");

        /// <summary>Another master key than the one it was sealed with.</summary>
        public static readonly ErrorCode WrongKey = new("SEAL-005", "The master key is not the one this store was sealed with.", 500, "Give the file with the key this store was first started with.");

        /// <summary>A master key could not be written.</summary>
        public static readonly ErrorCode KeyUnwritable = new("SEAL-006", "A new master key cannot be written.", 500, "Give the right to write to the folder, or make the file: 'openssl rand -hex 32', mode 600.");
    }
}
