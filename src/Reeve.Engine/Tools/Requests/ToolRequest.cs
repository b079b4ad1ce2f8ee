using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Reeve.Core.Calls;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Core.Values;

namespace Reeve.Engine.Tools.Requests;

/// <summary>Somebody asks for exactly one call, by API or command line (EX-API-72). Immutable.</summary>
public sealed record ToolRequest
{
    /// <summary>The credential's tenant.</summary>
    public required TenantId TenantId { get; init; }

    /// <summary>The tool: its whole name, or its name in its domain.</summary>
    public required string Tool { get; init; }

    /// <summary>The domain; null: the only one that has the tool.</summary>
    public DomainName? Domain { get; init; }

    /// <summary>The arguments.</summary>
    public required ObjectMap Arguments { get; init; }

    /// <summary>The exception it is for; null for none.</summary>
    public ExceptionId? Exception { get; init; }

    /// <summary>Who asks: the credential's principal, with its roles at this moment.</summary>
    public required Principal Actor { get; init; }

    /// <summary>Whether that is an administrator, who may try a tool for no exception (EX-TOOL-12).</summary>
    public required bool IsAdministrator { get; init; }

    /// <summary>The Idempotency-Key: the same one of the same principal is the same execution. Null: each request is one of its own.</summary>
    public string? Key { get; init; }

    /// <summary>What it is for, in a sentence.</summary>
    public required string Goal { get; init; }

    /// <summary>See <see cref="ToolCall.IsDryRun"/>.</summary>
    public bool IsDryRun { get; init; }

    /// <summary>How long its end is waited for; zero for not at all.</summary>
    public TimeSpan Wait { get; init; }

    /// <summary>
    /// The execution that a principal's Idempotency-Key is: the first 16 bytes of SHA-256 over <c>"reeve.request.1"</c>, the tenant, the principal's id and the key, each preceded by its length in four
    /// bytes, big-endian; then version 8 and the variant of RFC 9562.
    /// </summary>
    public static ExecutionId IdOf(TenantId tenant, string principal, string key)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[4];
        foreach (string field in (ReadOnlySpan<string>)["reeve.request.1", tenant.Value, principal, key])
        {
            byte[] utf8 = Encoding.UTF8.GetBytes(field);
            BinaryPrimitives.WriteInt32BigEndian(length, utf8.Length);
            hash.AppendData(length);
            hash.AppendData(utf8);
        }

        byte[] id = hash.GetHashAndReset();
        id[6] = (byte)(0x80 | (id[6] & 0x0F));
        id[8] = (byte)(0x80 | (id[8] & 0x3F));
        return new ExecutionId(new Guid(id.AsSpan(0, 16), bigEndian: true));
    }
}

/// <summary>What became of a request, as far as it is known.</summary>
/// <param name="Tool">The tool that was meant.</param>
/// <param name="Id">The execution's id.</param>
/// <param name="Execution">Its row when it was begun; null when nothing was: it was refused, or is a dry run.</param>
/// <param name="Answer">What became of it; null while it is under way.</param>
public sealed record RequestedCall(ToolId Tool, ExecutionId Id, ToolExecution? Execution, ToolAnswer? Answer);
