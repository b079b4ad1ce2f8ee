using System.CommandLine;
using Reeve.Commands.PackMaking;
using Reeve.Commands.PackResults;
using Reeve.Commands.PackVerbs.Inspecting;
using Reeve.Commands.PackVerbs.Trying;
using Reeve.Commands.PackVerbs.Versioning;
using Reeve.Commands.Places;
using Reeve.Core.Errors;
using Reeve.Core.Packs;
using Reeve.Core.Policies;
using Reeve.Core.Values;
using Reeve.Core.Wording;

namespace Reeve.Commands.PackVerbs;

/// <summary><c>reeve packs</c>: validate packs and show what they come to.</summary>
public static class PacksCommand
{
    private const int Done = 0;
    private const int Refused = 1;

    /// <summary>The command with its verbs.</summary>
    public static Command Build(CommandContext context) =>
        new("packs", "Make, validate, lint, test, show and store domain packs and tenant policies, and say which versions are in force.")
        {
            PacksNewCommand.Build(context), BuildValidate(context), PacksLintCommand.Build(context), PacksTestCommand.Build(context), PacksMutateCommand.Build(context),
            PacksResultsCommand.Build(context), BuildShow(context), PackStoreCommand.BuildStore(context), PackListCommands.BuildVersions(context),
            PackListCommands.BuildHistory(context), PackListCommands.BuildDiff(context), PackChangeCommands.BuildActivate(context), PackChangeCommands.BuildRollback(context),
            PacksTryCommand.Build(context),
        };

    private static Command BuildValidate(CommandContext context)
    {
        Argument<string[]> files = new("file")
        {
            Description = "Domain packs and tenant policies, .json, .yaml or .yml, or folders of them. A policy is checked against its domain pack among them, else in its own folder.",
            Arity = ArgumentArity.OneOrMore,
        };
        Option<OutputFormat> output = SharedOptions.Format();
        Option<bool> against = new("--against-store") { Description = "Check each against what a tenant has active, and show what storing and activating it would change; nothing is stored." };
        Option<string?> tenant = VersioningOptions.Tenant();
        Option<string?> store = StoreAccess.Option();
        Command command = new("validate", "Check packs and print every error with its place.") { files, output, against, tenant, store };
        command.SetAction((parsed, cancellationToken) => parsed.GetValue(against)
            ? StoredPackView.PreviewAsync(context, new StoredPackRequest(parsed.GetValue(tenant), parsed.GetValue(store)), parsed.GetRequiredValue(files), parsed.GetValue(output), cancellationToken)
            : Task.FromResult(Validate([.. parsed.GetRequiredValue(files).Select(context.PathOf)], parsed.GetValue(output), parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error)));
        return command;
    }

    private static Command BuildShow(CommandContext context)
    {
        Argument<string?> file = new("file") { Description = "A domain pack, or a tenant policy.", Arity = ArgumentArity.ZeroOrOne };
        Argument<string?> policy = new("policy") { Description = "A tenant policy, to show what it makes of the domain pack.", Arity = ArgumentArity.ZeroOrOne };
        Option<OutputFormat> output = SharedOptions.Format(OutputFormat.Table, OutputFormat.Json);
        Option<string?> version = new("--version") { Description = $"A stored version instead of a file: {StoredNames.Form}.", HelpName = "version" };
        Option<string?> tenant = VersioningOptions.Tenant();
        Option<string?> store = StoreAccess.Option();
        Command command = new("show", "Show what a pack says, and what a policy makes of it.") { file, policy, output, version, tenant, store };
        command.Validators.Add(result =>
        {
            if ((result.GetValue(file) is null) == (result.GetValue(version) is null))
            {
                result.AddError("Give a file, or --version with a stored version.");
            }
        });
        command.SetAction((parsed, cancellationToken) => parsed.GetValue(version) is { } stored
            ? StoredPackView.ShowAsync(context, new StoredPackRequest(parsed.GetValue(tenant), parsed.GetValue(store)), stored, parsed.GetValue(output), cancellationToken)
            : Task.FromResult(Show(
                context.PathOf(parsed.GetValue(file)!), // not null: the validator demands one of the two
                parsed.GetValue(policy) is { } given ? context.PathOf(given) : null, parsed.GetValue(output), parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error)));
        return command;
    }

    private static int Validate(string[] files, OutputFormat shape, TextWriter output, TextWriter talk)
    {
        PackReport[] reports = [.. new GivenPacks(PackPaths.Files(files.Select(file => (file, file)))).Reports()];
        foreach (string line in reports.SelectMany(report => report.Lines()))
        {
            talk.WriteLine(line);
        }

        if (shape == OutputFormat.Json)
        {
            Listing.WriteIndented(output, Value.Of(new ListValue([.. reports.Select(report => report.ToJson())])));
        }
        else
        {
            foreach (PackReport report in reports)
            {
                output.WriteLine(shape == OutputFormat.Jsonl ? JsonText.ToText(report.ToJson()) : Shown.Line($"{report.File}: {report.Summary}"));
            }
        }

        return reports.All(report => report.IsValid) ? Done : Refused;
    }

    private static int Show(string file, string? policy, OutputFormat shape, TextWriter output, TextWriter talk)
    {
        string[] files = policy is null ? [file] : [file, policy];
        GivenPacks packs = new([.. files.Select(given => new GivenFile(given, given))]);
        PackReport[] bad = [.. packs.Reports().Where(report => !report.IsValid)];
        if (bad.Length > 0)
        {
            foreach (string line in bad.SelectMany(report => report.Lines()))
            {
                talk.WriteLine(line);
            }

            return Refused;
        }

        (DomainPack domain, BoundPolicy? bound) = packs.Open();
        Value overview = PackOverview.Of(domain, bound);
        if (shape == OutputFormat.Json)
        {
            Listing.WriteIndented(output, overview);
        }
        else
        {
            foreach (string line in PackText.Lines(overview))
            {
                output.WriteLine(Shown.Line(line));
            }
        }

        return Done;
    }
}
