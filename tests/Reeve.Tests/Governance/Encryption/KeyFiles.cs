namespace Reeve.Tests.Governance.Encryption;

/// <summary>Files of master keys as an operator makes them.</summary>
internal static class KeyFiles
{
    /// <summary>Takes every right from everybody but the owner.</summary>
    internal static void Protect(string path)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }
}
