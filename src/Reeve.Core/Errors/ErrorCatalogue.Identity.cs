namespace Reeve.Core.Errors;

public static partial class ErrorCatalogue
{
    /// <summary>Who calls, and what they may.</summary>
    public static class Identity
    {
        /// <summary>No credential, or one that is not valid; which of the reasons is not told.</summary>
        public static readonly ErrorCode Unauthenticated = new("AUTH-001", "A valid credential is needed.", 401, "Send a valid API key in the header X-API-KEY or as a Bearer token.");

        /// <summary>The caller's roles do not allow it.</summary>
        public static readonly ErrorCode Forbidden = new("AUTH-002", "The caller may not do this.", 403, "Use a credential with a role that allows it.");

        /// <summary>A request that names another tenant than its credential's.</summary>
        public static readonly ErrorCode OtherTenant = new("AUTH-003", "The credential is for another tenant.", 403, "Name the credential's own tenant, or none.");

        /// <summary>An owner that is no name.</summary>
        public static readonly ErrorCode BadOwner = new("AUTH-004", "The owner cannot be used.", 422, "Give a name of 1 to 200 visible characters on one line.");

        /// <summary>A role that does not exist, none at all, or one that a key of that tenant cannot have.</summary>
        public static readonly ErrorCode BadRole = new("AUTH-005", "The roles cannot be used.", 422, "Give one or more of viewer, operator, admin, supervisor, developer, auditor; platform for the platform's own keys alone.");

        /// <summary>A kind that no key can have.</summary>
        public static readonly ErrorCode BadKind = new("AUTH-006", "A key cannot be of this kind.", 422, "Make it a person's or a service's.");

        /// <summary>An expiry that is over, or beyond what can be stored.</summary>
        public static readonly ErrorCode BadExpiry = new("AUTH-007", "The expiry cannot be used.", 422, "Give a time in the future, or none.");

        /// <summary>A role that the caller may not give to a key.</summary>
        public static readonly ErrorCode CannotGrant = new("AUTH-008", "The caller may not give this role.", 403, "Let somebody who may give it make the key.");
    }
}
