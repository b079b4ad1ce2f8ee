namespace Reeve.Core.Errors;

public static partial class ErrorCatalogue
{
    /// <summary>Raw exceptions that cannot become records.</summary>
    public static class Intake
    {
        /// <summary>An item is not a JSON object.</summary>
        public static readonly ErrorCode NotAnObject = new("INTAKE-001", "An exception must be a JSON object.", 422, "Send an object: the raw data, or an envelope with rawPayload.");

        /// <summary>An envelope has a member that is no field of the record.</summary>
        public static readonly ErrorCode UnknownField = new("INTAKE-002", "The envelope has an unknown field.", 422, "Remove the field, or move it into rawPayload.");

        /// <summary>A field has another type than it must.</summary>
        public static readonly ErrorCode WrongType = new("INTAKE-003", "A field has the wrong type.", 422, "Give the field as the message says, or map it in the domain pack's intake section.");

        /// <summary>A time is not ISO 8601 with an offset.</summary>
        public static readonly ErrorCode BadTime = new("INTAKE-004", "A time cannot be read.", 422, "Write it as ISO 8601 with an offset, such as 2026-01-31T09:30:00Z.");

        /// <summary>An item names another tenant.</summary>
        public static readonly ErrorCode OtherTenant = new("INTAKE-005", "The exception belongs to another tenant.", 403, "Send it with the credentials and policy of its own tenant.");

        /// <summary>An exceptionId that is empty, too long, or a tenant's id.</summary>
        public static readonly ErrorCode BadId = new("INTAKE-006", "The exceptionId cannot be used.", 422, "Give an id of 1 to 256 characters that is no tenant id, or none.");

        /// <summary>A mapping of the domain pack ended in an error.</summary>
        public static readonly ErrorCode MappingFailed = new("INTAKE-007", "The pack's intake mapping failed for this document.", 422, "Mend the mapping in the domain pack, or the document.");

        /// <summary>The exceptionId is already used by another delivery.</summary>
        public static readonly ErrorCode IdInUse = new("INTAKE-008", "The exceptionId is used by another delivery.", 409, "Give each delivery its own exceptionId, or none.");

        /// <summary>The mapping found nothing in the document that is an exception.</summary>
        public static readonly ErrorCode NothingFound = new("INTAKE-009", "The document holds no exception.", 422, "Check the document, or the intake mapping's 'each'.");

        /// <summary>A payload nested deeper than allowed.</summary>
        public static readonly ErrorCode PayloadTooDeep = new("INTAKE-011", "The payload is nested too deeply.", 422, "Send at most 64 levels per exception.");

        /// <summary>A field given in camelCase and in snake_case.</summary>
        public static readonly ErrorCode BothSpellings = new("INTAKE-012", "A field is given in both spellings.", 422, "Keep one of the two.");

        /// <summary>A delivery that arrived before and whose exception was erased.</summary>
        public static readonly ErrorCode Erased = new("INTAKE-013", "The delivery arrived before, and its exception was erased.", 410, "Send nothing; or, if it is something new, give it an id of its own.");

        /// <summary>Another item at the same place of an import under the same Idempotency-Key.</summary>
        public static readonly ErrorCode OtherBytes = new("INTAKE-014", "Under this Idempotency-Key another item came at this place.", 409, "Send the items in the same order and with the same bytes as before, or under a new key.");

        /// <summary>A payload over the limit.</summary>
        public static readonly ErrorCode PayloadTooLarge = new("INTAKE-010", "The payload is too large.", 422, "Send at most 1 MiB per exception; refer to larger content by its address.");
    }
}
