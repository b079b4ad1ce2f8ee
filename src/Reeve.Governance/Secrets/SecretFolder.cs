using System.Security.Cryptography;
using System.Text;

namespace Reeve.Governance.Secrets;

/// <summary>Secrets as an orchestrator mounts them: a file each, read anew at every question, so that a rotated one is seen at once. Thread-safe.</summary>
/// <param name="folder">The folder; it need not be there.</param>
/// <param name="masterKeyFile">The one file that is never given out; null when there is none.</param>
internal sealed class SecretFolder(string folder, string? masterKeyFile)
{
    /// <summary>The text of a secret; null when there is no such file.</summary>
    /// <param name="name">A valid name: it is no path.</param>
    /// <exception cref="SecretUnreadableException">It is there and cannot be used.</exception>
    internal string? Find(string name)
    {
        // One byte more than the longest value with its line end shows that there is more.
        byte[] content = new byte[SecretText.LongestBytes + 3];
        try
        {
            string path = Path.Combine(folder, name);
            if (masterKeyFile is not null && Final(path) == Final(masterKeyFile))
            {
                throw new SecretUnreadableException("The file is the master key.");
            }

            int length;
            using (FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0))
            {
                length = file.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
            }

            return SecretText.Read(content.AsSpan(0, length)) ?? throw new SecretUnreadableException("The file is empty, longer than 64 KiB, or no UTF-8 text.");
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new SecretUnreadableException("The file cannot be read.");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content);
        }
    }

    // Mounted secrets are links to the version of the moment.
    private static string Final(string path) => File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? Path.GetFullPath(path);
}

/// <summary>A secret is there and cannot be used; the message says why and holds nothing of it.</summary>
internal sealed class SecretUnreadableException(string reason) : Exception(reason);

/// <summary>The texts that secrets are: 1 byte to 64 KiB of UTF-8, without the one line end that editors and <c>echo</c> add. Pure.</summary>
internal static class SecretText
{
    /// <summary>The most bytes of a value.</summary>
    internal const int LongestBytes = 64 * 1024;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The text in these bytes; null when they are none.</summary>
    internal static string? Read(ReadOnlySpan<byte> bytes)
    {
        bytes = bytes.EndsWith("\r\n"u8) ? bytes[..^2] : bytes.EndsWith("\n"u8) ? bytes[..^1] : bytes;
        if (bytes.Length is 0 or > LongestBytes)
        {
            return null;
        }

        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
