namespace Reeve.Core.Errors;

public static partial class ErrorCatalogue
{
    /// <summary>Secrets that people enter. A secret that a tool needs and nobody has is TOOL-025.</summary>
    public static class Secrets
    {
        /// <summary>A name that no secret can have.</summary>
        public static readonly ErrorCode BadName = new("SECRET-001", "The name is no name of a secret.", 400, "Use 1 to 128 letters, digits, '.', '_' and '-', the first a letter, a digit or '_', no '..', and none of the names that Reeve keeps for itself.");

        /// <summary>A value that no secret can have.</summary>
        public static readonly ErrorCode BadValue = new("SECRET-002", "The value cannot be kept as a secret.", 400, "Give 1 byte to 64 KiB of UTF-8 text on standard input; one line end at its end is cut.");

        /// <summary>Nothing of that name.</summary>
        public static readonly ErrorCode NotFound = new("SECRET-003", "There is no such secret.", 404, "`reeve secrets list` shows the names there are; those of the environment and of /run/secrets are not among them.");
    }
}
