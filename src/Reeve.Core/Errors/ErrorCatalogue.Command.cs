namespace Reeve.Core.Errors;

public static partial class ErrorCatalogue
{
    /// <summary>What the command line asks of a store.</summary>
    public static class Command
    {
        /// <summary>What was named is not in the store, or is another tenant's.</summary>
        public static readonly ErrorCode NotFound = new("CMD-001", "There is no such thing in the store.", 404, "Check the id, the tenant and the store.");

        /// <summary>The store has several tenants, or none.</summary>
        public static readonly ErrorCode TenantNeeded = new("CMD-002", "It is not clear which tenant is meant.", 400, "Name it: --tenant ID; 'reeve tenants list' shows them.");

        /// <summary>A file that is written into is in use, or a folder is not empty.</summary>
        public static readonly ErrorCode FolderTaken = new("CMD-003", "The folder holds something already.", 400, "Name an empty folder, or one that does not exist.");
    }
}
