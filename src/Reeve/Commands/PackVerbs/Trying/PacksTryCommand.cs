using System.CommandLine;
using Microsoft.Extensions.Logging;
using Reeve.Commands.PackVerbs.Versioning;
using Reeve.Commands.Places;
using Reeve.Core.Documents;
using Reeve.Core.Errors;
using Reeve.Core.PackDocuments;
using Reeve.Core.Packs;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Core.Wording;
using Reeve.Engine.Intake;
using Reeve.Engine.PackFiles;
using Reeve.Engine.PackVersions;
using Reeve.Engine.Runtime;
using Reeve.Engine.Simulation;
using Reeve.Server.Hosting;

namespace Reeve.Commands.PackVerbs.Trying;

/// <summary><c>reeve packs try</c>: what a candidate would decide otherwise than what is active, before anybody activates it.</summary>
internal static class PacksTryCommand
{
    private const int MostItems = 10_000;

    internal static Command Build(CommandContext context)
    {
        Argument<string[]> files = new("file") { Description = "The candidate: a policy, a domain pack, or one of each; what is not given stays as it is active.", Arity = new ArgumentArity(1, 2) };
        Option<string?> input = new("--input") { Description = $"Exceptions, JSON or JSON Lines, {MostItems:N0} at most; else {SampleFile.Name} beside the candidate.", HelpName = "file" };
        Option<string?> tenant = VersioningOptions.Tenant();
        Option<DateTimeOffset?> asOf = SharedOptions.AsOf();
        Option<string?> store = StoreAccess.Option();
        Option<OutputFormat> format = SharedOptions.Format(OutputFormat.Table, OutputFormat.Json);
        Command command = new("try", "Decide exceptions under the active packs and under a candidate, and show what would change; nothing is called or kept.")
        {
            files, input, tenant, asOf, store, format,
        };
        command.SetAction((call, cancellationToken) => StoreAccess.RunAsync(context, call.GetValue(store), async session =>
        {
            string[] given = call.GetRequiredValue(files);
            TenantId of = await StoreAccess.TenantAsync(session, call.GetValue(tenant), cancellationToken);
            (BoundPolicy active, BoundPolicy candidate) = await PairsAsync(context, session, of, given, cancellationToken);
            string shown = call.GetValue(input) ?? Path.Combine(Path.GetDirectoryName(given[0]) ?? "", SampleFile.Name);
            List<RawItem> items = [];
            await foreach (RawItem item in SampleFile.ReadAsync(context.PathOf(shown), shown, cancellationToken))
            {
                if (items.Count == MostItems)
                {
                    context.Error.WriteLine($"Only the first {MostItems:N0} are tried.");
                    break;
                }

                items.Add(item);
            }

            PackTrial trial = new(new ThreadRuntime(context.Clock), context.Loggers.CreateLogger("Engine.Pipeline"));
            Print(context, call.GetValue(format), await trial.RunAsync(active, candidate, items, call.GetValue(asOf) ?? context.Clock.GetUtcNow(), cancellationToken));
            return Terminal.Done;
        }, cancellationToken));
        return command;
    }

    // What is active, and the same with what was given in its place.
    private static async Task<(BoundPolicy Active, BoundPolicy Candidate)> PairsAsync(
        CommandContext context, StoreSession session, TenantId tenant, string[] files, CancellationToken cancellationToken)
    {
        DomainPack? domain = null;
        TenantPolicy? policy = null;
        Document? policyText = null;
        foreach (string file in files)
        {
            Document document = PackFileReader.Read(context.PathOf(file));
            if (PackKinds.Of(document) == PackKind.Domain && domain is null)
            {
                domain = Placed(DomainPackReader.Read(document), document);
            }
            else if (PackKinds.Of(document) == PackKind.Tenant && policy is null)
            {
                policy = Placed(TenantPolicyReader.Read(document), document);
                policyText = document;
            }
            else
            {
                throw new ReeveException(new ReeveError(ErrorCatalogue.Packs.SaidTwice, "Two packs of one kind are no candidate.", file, nextStep: "Give a domain pack, a policy, or one of each."));
            }
        }

        if (policy is not null && policy.TenantId != tenant)
        {
            throw new ReeveException(new ReeveError(
                ErrorCatalogue.Packs.OtherTenant, $"The policy is for the tenant {Shown.Name(policy.TenantId.Value)}, not for {Shown.Name(tenant.Value)}.", "/tenantId"));
        }

        BoundPolicy active = await session.Packs.ActiveAsync(tenant, domain?.Name ?? policy?.DomainName, cancellationToken);
        PackReading<BoundPolicy> bound = PolicyBinder.Bind(domain ?? active.Domain, policy ?? active.Policy);
        return (active, bound.Pack ?? throw new ReeveErrorsException(policyText?.Place(bound.Errors) ?? bound.Errors));
    }

    private static T Placed<T>(PackReading<T> reading, Document document)
        where T : class => reading.Pack ?? throw new ReeveErrorsException(document.Place(reading.Errors));

    private static void Print(CommandContext context, OutputFormat format, TrialReport report)
    {
        if (format == OutputFormat.Json)
        {
            Listing.WriteIndented(context.Output, Value.Of(ObjectMap.Of(
                ("exceptions", Value.Of((long)report.Active)),
                ("underCandidate", Value.Of((long)report.Candidate)),
                ("same", Value.Of(report.IsSame)),
                ("changed", Value.Of((long)report.Differences.Count)),
                ("differences", Value.Of(new ListValue([.. report.Differences.Select(Item)]))))));
            return;
        }

        if (report.Active != report.Candidate)
        {
            context.Output.WriteLine($"The candidate makes {report.Candidate} exceptions of what is {report.Active} now, so they cannot be compared one by one.");
            return;
        }

        foreach (TrialDifference difference in report.Differences)
        {
            context.Output.WriteLine(Shown.Line(
                $"{difference.Item}  {difference.ExceptionId ?? "-"}  {string.Join(", ", difference.Fields.Select(field => $"{field.Name}: {field.Active ?? "-"} -> {field.Candidate ?? "-"}"))}"));
        }

        context.Output.WriteLine($"{report.Differences.Count} of {report.Active} exceptions would be decided otherwise.");
    }

    private static Value Item(TrialDifference difference) => Value.Of(ObjectMap.Of(
        ("item", Value.Of((long)difference.Item)),
        ("exceptionId", Value.Of(difference.ExceptionId)),
        ("fields", Value.Of(new ListValue([.. difference.Fields.Select(field => Value.Of(ObjectMap.Of(
            ("field", Value.Of(field.Name)), ("active", Value.Of(field.Active)), ("candidate", Value.Of(field.Candidate)))))])))));
}
