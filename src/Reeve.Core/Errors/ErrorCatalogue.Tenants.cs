namespace Reeve.Core.Errors;

public static partial class ErrorCatalogue
{
    /// <summary>Tenants.</summary>
    public static class Tenants
    {
        /// <summary>An id that no tenant may have.</summary>
        public static readonly ErrorCode BadId = new("TENANT-001", "No tenant can have this id.", 422, "Use 1 to 128 letters, digits, '.', '_' and '-' (ASCII), beginning with a letter or a digit.");

        /// <summary>A name that no tenant may have.</summary>
        public static readonly ErrorCode BadName = new("TENANT-002", "No tenant can have this name.", 422, "Give a name of 1 to 200 visible characters, or none.");

        /// <summary>A tenant that is not there.</summary>
        public static readonly ErrorCode NotFound = new("TENANT-003", "There is no such tenant.", 404, "Correct the id, or create the tenant: 'reeve tenants create ID'.");

        /// <summary>Somebody else changed the mode.</summary>
        public static readonly ErrorCode ModeMoved = new("TENANT-004", "The tenant is in another mode.", 409, "Look who changed it and why (reeve tenants show ID), then set it again.");

        /// <summary>A reason that is none.</summary>
        public static readonly ErrorCode BadReason = new("TENANT-005", "This is no reason for a mode.", 422, "Say why in one line of 1 to 200 visible characters, or leave it out.");
    }
}
