using Reeve.Commands.Places;
using Reeve.Core.Wording;

namespace Reeve.Commands.Serving;

/// <summary>What a newcomer is told: the tenants, their keys, and lines to paste.</summary>
internal static class DemoText
{
    /// <summary>Prints it. The keys go to standard output alone, never to the log.</summary>
    internal static void Print(CommandContext context, Uri server, IReadOnlyList<DemoTenant> tenants)
    {
        TextWriter output = context.Output;
        string root = server.ToString().TrimEnd('/');
        foreach (DemoTenant tenant in tenants)
        {
            string samples = tenant.Exceptions == 0 ? "" : $"  ({tenant.Exceptions} sample exceptions decided)";
            output.WriteLine(Shown.Line($"  tenant  {tenant.Id}  key {tenant.Key}{samples}"));
        }

        if (tenants.Count > 0)
        {
            output.WriteLine();
            output.WriteLine("Try it:");
            output.WriteLine(Shown.Line($"  curl -H 'X-API-Key: {tenants[0].Key}' '{root}/exceptions/{tenants[0].Id}?status=ESCALATED'"));
            output.WriteLine(Shown.Line($"  ./reeve exceptions list --tenant {tenants[0].Id} --status ESCALATED{StoreAccess.Repeated(context)}"));
        }

        output.WriteLine();
        output.WriteLine($"The API: {root}/docs. The keys of this start work for 30 days; others: reeve keys create --tenant ID --role ROLE --owner NAME.");
        output.WriteLine("Stop with Ctrl+C; what is stored stays.");
    }
}
