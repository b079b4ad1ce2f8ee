using System.CommandLine;
using System.Globalization;
using Reeve.Commands.Artefacts;
using Reeve.Commands.Places;
using Reeve.Core.Errors;
using Reeve.Core.Records;
using Reeve.Governance.Audit;
using Reeve.Server.Hosting;

namespace Reeve.Commands.AuditVerbs;

/// <summary><c>reeve audit export</c>: the log in the form that a stranger can check (docs/audit-format.md).</summary>
internal static class ExportVerb
{
    private const string OutputOption = "--output";

    internal static Command Build(CommandContext context)
    {
        Option<string?> output = new(OutputOption) { Description = "The file; standard output unless given." };
        Option<string?> tenant = new("--tenant") { Description = "Whose log; every tenant's unless given." };
        Option<bool> withoutBodies = new("--without-bodies") { Description = "Leave salts and bodies out: they hold payloads." };
        Option<string?> store = StoreAccess.Option();
        Command command = new("export", "Write the log as JSON Lines that end with the head of every chain.") { output, tenant, withoutBodies, store };
        command.SetAction((call, cancellationToken) => StoreAccess.RunAsync(context, call.GetValue(store), async session =>
        {
            ExportRequest request = new()
            {
                Tenant = call.GetValue(tenant) is { } given ? await StoreAccess.TenantAsync(session, given, cancellationToken) : null,
                WithBodies = !call.GetValue(withoutBodies),
                Product = $"Reeve {Product.Version}",
            };
            string? file = call.GetValue(output);
            await using Stream target = file is null ? Terminal.OutputStream(context) : PrivateFile.Create(context.FullPathOf(file), OutputOption);
            IReadOnlyList<ChainHead> heads = await WriteAsync(new AuditExport(session.Audit, context.Clock, session.OthersWrite), target, request, file, cancellationToken);
            context.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{heads.Sum(head => head.Events)} events in {heads.Count} chains{(request.WithBodies ? "" : ", without bodies")}."));
            return Terminal.Done;
        }, cancellationToken));
        return command;
    }

    private static async Task<IReadOnlyList<ChainHead>> WriteAsync(AuditExport export, Stream target, ExportRequest request, string? file, CancellationToken cancellationToken)
    {
        try
        {
            IReadOnlyList<ChainHead> heads = await export.WriteAsync(target, request, cancellationToken);
            await target.FlushAsync(cancellationToken);
            return heads;
        }
        catch (IOException failure) when (file is not null)
        {
            throw PrivateFile.Unwritable(OutputOption, failure);
        }
    }
}
