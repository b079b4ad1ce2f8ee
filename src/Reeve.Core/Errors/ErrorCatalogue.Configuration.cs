namespace Reeve.Core.Errors;

public static partial class ErrorCatalogue
{
    /// <summary>Settings: <c>reeve.yaml</c>, the environment, flags.</summary>
    public static class Configuration
    {
        /// <summary>A setting that must have a value has none.</summary>
        public static readonly ErrorCode Missing = new("CFG-001", "A required setting is missing.", 500, "Set the one named, then restart.");

        /// <summary>A name that is no setting.</summary>
        public static readonly ErrorCode Unknown = new("CFG-002", "The setting is not known.", 500, "Correct its name or remove it; docs/configuration.md lists the settings.");

        /// <summary>A value of the wrong form.</summary>
        public static readonly ErrorCode BadValue = new("CFG-003", "The setting's value cannot be used.", 500, "Give a value as docs/configuration.md describes it.");

        /// <summary>A folder that a setting names is not there.</summary>
        public static readonly ErrorCode NoFolder = new("CFG-004", "A folder named in the settings is not there.", 500, "Make the folder, or correct the path.");

        /// <summary>An address that cannot be listened on.</summary>
        public static readonly ErrorCode AddressTaken = new("CFG-005", "The server cannot listen on the address.", 500, "Stop what listens there, or give another address with --urls.");
    }
}
