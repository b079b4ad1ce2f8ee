using Reeve.Core.Documents;
using Reeve.Core.Errors;
using Reeve.Core.Values;
using Reeve.Core.Wording;

namespace Reeve.Engine.PackFiles;

/// <summary>Reads pack files, JSON or YAML by their extension (EX-PACK-1). Thread-safe.</summary>
public static class PackFileReader
{
    /// <summary>Reads a file.</summary>
    /// <exception cref="ReeveException">
    /// INPUT-001: it is missing or cannot be read. PACK-026: its extension says nothing. INPUT-002 to INPUT-009: its text is
    /// no document, with line and column.
    /// </exception>
    public static Document Read(string path)
    {
        _ = IsYaml(path);
        return Parse(Bytes(path), path);
    }

    /// <summary>Reads a text whose name has the extension of a file; see <see cref="Read"/>.</summary>
    /// <param name="utf8">The whole text; it is kept as long as the document, and must not change.</param>
    /// <param name="name">What errors call it.</param>
    public static Document Parse(ReadOnlyMemory<byte> utf8, string name) =>
        IsYaml(name) ? ParseYaml(utf8, name) : DocumentReader.ReadJson(utf8, JsonLimits.Default, name);

    private static Document ParseYaml(ReadOnlyMemory<byte> utf8, string name)
    {
        YamlText text = YamlText.Decode(utf8.Span, JsonLimits.Default);
        Value root = YamlReader.Read(text, JsonLimits.Default);
        return new Document(name, root, wanted => YamlPlaces.Locate(YamlText.Decode(utf8.Span, JsonLimits.Default), wanted));
    }

    private static bool IsYaml(string name) => Path.GetExtension(name).ToLowerInvariant() switch
    {
        ".json" => false,
        ".yaml" or ".yml" => true,
        string other => throw new ReeveException(new ReeveError(
            ErrorCatalogue.Packs.UnknownFileKind,
            other.Length == 0 ? $"The file {Shown.Name(Path.GetFileName(name))} has no extension." : $"The extension {Shown.Name(other)} is not known.",
            name)),
    };

    private static byte[] Bytes(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            int most = JsonLimits.Default.MaxBytes;
            if (file.CanSeek && file.Length > most)
            {
                throw new ReeveException(new ReeveError(
                    ErrorCatalogue.Input.TooLarge, $"{file.Length:N0} bytes; at most {most:N0} are accepted.", path));
            }

            // A pipe has no length: one byte more than allowed is enough to refuse it.
            using MemoryStream bytes = new();
            byte[] part = new byte[64 * 1024];
            int read;
            while (bytes.Length <= most && (read = file.Read(part)) > 0)
            {
                bytes.Write(part, 0, read);
            }

            return bytes.ToArray();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            string reason = fault is FileNotFoundException or DirectoryNotFoundException ? "There is no such file." : "The file cannot be opened.";
            throw new ReeveException(new ReeveError(ErrorCatalogue.Input.FileUnreadable, reason, path), fault);
        }
    }
}
