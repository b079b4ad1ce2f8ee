using System.Buffers.Binary;
using Reeve.Core.Errors;
using Reeve.Core.Values;

namespace Reeve.Server.LocalCommands;

/// <summary>A command line that another process of this machine has this one do, because this one holds the store's file.</summary>
public sealed record LocalCommand
{
    // Longer than any command line an operating system passes on.
    private const int LargestHead = 4 * 1024 * 1024;

    /// <summary>The words, without the program's name.</summary>
    public required IReadOnlyList<string> Words { get; init; }

    /// <summary>The caller's folder, which relative paths are relative to.</summary>
    public required string Folder { get; init; }

    /// <summary>The bytes that lead the body of the request: their length, then JSON. What follows is standard input.</summary>
    internal byte[] ToHead()
    {
        byte[] json = JsonText.ToUtf8(Value.Of(ObjectMap.Of(
            ("words", Value.Of(new ListValue([.. Words.Select(word => Value.Of(word))]))),
            ("folder", Value.Of(Folder)))));
        byte[] head = new byte[sizeof(int) + json.Length];
        BinaryPrimitives.WriteInt32BigEndian(head, json.Length);
        json.CopyTo(head, sizeof(int));
        return head;
    }

    /// <summary>Reads the head; the body is left where standard input begins.</summary>
    /// <returns>Null when it is none.</returns>
    internal static async Task<LocalCommand?> ReadAsync(Stream body, CancellationToken cancellationToken)
    {
        try
        {
            byte[] size = new byte[sizeof(int)];
            await body.ReadExactlyAsync(size, cancellationToken);
            int length = BinaryPrimitives.ReadInt32BigEndian(size);
            if (length is < 0 or > LargestHead)
            {
                return null;
            }

            byte[] json = new byte[length];
            await body.ReadExactlyAsync(json, cancellationToken);
            MapValue? head = JsonText.Parse(json, JsonLimits.Default with { MaxBytes = LargestHead }).MapOrNull();
            return head?["words"].ListOrNull() is { } words && head["folder"].StringOrNull() is { } folder && Path.IsPathFullyQualified(folder)
                ? new LocalCommand
                {
                    Words = [.. words.Items.ToArray().Select(word => word.StringOrNull() ?? "")],
                    Folder = folder,
                }
                : null;
        }
        catch (Exception fault) when (fault is EndOfStreamException or ReeveException)
        {
            return null;
        }
    }
}

/// <summary>The streams of a local command. What is written reaches the caller as it is written.</summary>
/// <param name="Input">The caller's standard input, whole.</param>
/// <param name="Output">Its standard output.</param>
/// <param name="Error">Its standard error.</param>
public sealed record LocalStreams(Stream Input, Stream Output, Stream Error);

/// <summary>Does a local command and returns its exit code; cancelled when the caller goes away or the server stops.</summary>
public delegate Task<int> LocalCommandHandler(LocalCommand command, LocalStreams streams, CancellationToken cancellationToken);
