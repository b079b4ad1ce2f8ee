using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Reeve.Core.Errors;

namespace Reeve.Governance.Encryption;

/// <summary>Master keys in files: 32 bytes, raw, as hexadecimal digits, or in base64 (either alphabet). Thread-safe.</summary>
public static class MasterKeyFile
{
    // The longest form is 64 hexadecimal digits and a line end; more than this is some other file.
    private const int LongestFile = 256;
    private const UnixFileMode OfOwner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OfOthers =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>Reads a key.</summary>
    /// <exception cref="ReeveException">SEAL-001: the file is missing or cannot be read. SEAL-002: it holds no key. SEAL-003: on Unix, its group or others have any right to it.</exception>
    public static MasterKey Read(string path)
    {
        Span<byte> content = stackalloc byte[LongestFile];
        try
        {
            int length;
            using (FileStream file = Open(path))
            {
                // Asked of what is open, so that it is this file's mode and not that of one put in its place.
                if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file.SafeFileHandle) & OfOthers) != UnixFileMode.None)
                {
                    throw new ReeveException(new ReeveError(ErrorCatalogue.Sealing.ExposedKeyFile, "The file's group or others have rights to it.", path));
                }

                length = file.ReadAtLeast(content, LongestFile, throwOnEndOfStream: false);
            }

            return Parse(content[..length]) ?? throw new ReeveException(new ReeveError(
                ErrorCatalogue.Sealing.BadKeyFile, "It is neither 32 bytes, nor 64 hexadecimal digits, nor 32 bytes in base64.", path));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            string reason = fault is FileNotFoundException or DirectoryNotFoundException ? "There is no such file." : "The file cannot be opened.";
            throw new ReeveException(new ReeveError(ErrorCatalogue.Sealing.KeyMissing, reason, path), fault);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content);
        }
    }

    /// <summary>
    /// Makes a file with a new key, for its owner alone. It appears whole or not at all, and never in the place of another.
    /// </summary>
    /// <exception cref="ReeveException">SEAL-006.</exception>
    public static MasterKey Create(string path)
    {
        byte[] key = RandomNumberGenerator.GetBytes(MasterKey.Bytes);
        string draft = $"{path}.{Guid.CreateVersion7():N}";
        try
        {
            FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = OfOwner;
            }

            using (FileStream file = new(draft, options))
            {
                // Digits, because people will copy this file, and some tools for that want text.
                file.Write(Encoding.ASCII.GetBytes(Convert.ToHexStringLower(key) + "\n"));
                file.Flush(flushToDisk: true);
            }

            File.Move(draft, path, overwrite: false);
            return new MasterKey(key);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw new ReeveException(new ReeveError(ErrorCatalogue.Sealing.KeyUnwritable, "The file cannot be made.", path), fault);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
            Remove(draft);
        }
    }

    private static FileStream Open(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);

    private static MasterKey? Parse(ReadOnlySpan<byte> content)
    {
        if (content.Length == MasterKey.Bytes)
        {
            return new MasterKey(content);
        }

        Span<byte> key = stackalloc byte[MasterKey.Bytes];
        ReadOnlySpan<byte> text = content.Trim(" \t\r\n"u8);
        bool read = text.Length == 2 * MasterKey.Bytes
            ? Convert.FromHexString(text, key, out _, out int written) == OperationStatus.Done
            : TryBase64(text, key, out written);
        MasterKey? parsed = read && written == MasterKey.Bytes ? new MasterKey(key) : null;
        CryptographicOperations.ZeroMemory(key);
        return parsed;
    }

    private static bool TryBase64(ReadOnlySpan<byte> text, Span<byte> key, out int written)
    {
        written = 0;
        Span<byte> decoded = stackalloc byte[LongestFile];
        bool read = text.Length is 43 or 44
            && (Base64.DecodeFromUtf8(text, decoded, out _, out written) == OperationStatus.Done
                || Base64Url.DecodeFromUtf8(text, decoded, out _, out written) == OperationStatus.Done)
            && written == MasterKey.Bytes;
        if (read)
        {
            decoded[..written].CopyTo(key);
        }

        CryptographicOperations.ZeroMemory(decoded);
        return read;
    }

    private static void Remove(string draft)
    {
        try
        {
            File.Delete(draft);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            // A draft that cannot be removed is readable by its owner alone and used by nobody; what failed is already told.
        }
    }
}
