using System.Globalization;
using System.Text;
using Reeve.Core.Records;
using Reeve.Governance.Audit;

namespace Reeve.Testing.Proof;

/// <summary>Exports for tests.</summary>
/// <param name="Tenant">Whose; null: everybody's.</param>
/// <param name="WithBodies">Whether bodies are in it.</param>
public sealed record TestExport(TenantId? Tenant = null, bool WithBodies = true)
{
    /// <summary>The export as text.</summary>
    public static async Task<string> TextAsync(IAuditSource log, TestExport? what = null)
    {
        using MemoryStream output = new();
        await new AuditExport(log, new FakeTime(TestLog.Begin.AddHours(1))).WriteAsync(
            output, new ExportRequest { Tenant = what?.Tenant, WithBodies = what?.WithBodies ?? true, Product = "Reeve test" }, CancellationToken.None);
        return Encoding.UTF8.GetString(output.ToArray());
    }

    /// <summary>The heads that an export of a log ends with.</summary>
    public static async Task<IReadOnlyList<ChainHead>> HeadsAsync(IAuditSource log)
    {
        using MemoryStream output = new(Encoding.UTF8.GetBytes(await TextAsync(log)));
        return await HeadsFile.ReadAsync(output, "export", CancellationToken.None);
    }

    /// <summary>Heads as a file of their own.</summary>
    public static string HeadLines(IEnumerable<ChainHead> heads) => string.Concat(heads.Select(head => string.Create(
        CultureInfo.InvariantCulture,
        $$"""
        {"kind":"head","tenantId":"{{head.Tenant}}","slot":{{head.Position.Slot}},"n":{{head.Position.N}},"ordinal":{{head.Position.Ordinal}},"hash":"{{Convert.ToHexStringLower(head.Hash.Span)}}","events":{{head.Events}},"notedAt":"{{head.NotedAt:yyyy-MM-ddTHH:mm:ss.ffffffZ}}"}

        """)));
}
