using System.CommandLine;
using Reeve.Core.Documents;
using Reeve.Core.Errors;
using Reeve.Core.Values;
using Reeve.Core.Wording;
using Reeve.Engine.Linting;

namespace Reeve.Commands.PackVerbs.Inspecting;

/// <summary><c>reeve packs lint</c>: finds what is valid in packs and still wrong.</summary>
internal static class PacksLintCommand
{
    // A document with more is wrong in one way, not in hundreds.
    private const int MaxFindings = 500;

    internal static Command Build(CommandContext context)
    {
        Argument<string[]> paths = new("path")
        {
            Description = "Domain packs and tenant policies, or folders of them. A policy is looked at under its domain pack among them, else in its own folder.",
            Arity = ArgumentArity.OneOrMore,
        };
        Option<string[]> samples = new("--samples") { Description = "Documents as sources send them: JSON Lines, an array or an object. Unless given, exceptions.jsonl beside the domain pack.", HelpName = "file", AllowMultipleArgumentsPerToken = true };
        Option<string[]> ignored = new("--ignore") { Description = "Codes of findings that are not told.", HelpName = "code", AllowMultipleArgumentsPerToken = true };
        ignored.Validators.Add(result =>
        {
            foreach (string code in result.Tokens.Select(token => token.Value).Where(code => !Known.Contains(code.ToUpperInvariant())))
            {
                result.AddError($"--ignore: there is no finding '{Shown.Short(code, 32)}'.{DidYouMean.Sentence(code, Known)}");
            }
        });
        Option<OutputFormat> format = SharedOptions.Format();
        Command command = new("lint", "Find what is valid in packs and still wrong: rules that never match, playbooks that tie, fields that no sample has.") { paths, samples, ignored, format };
        command.SetAction((call, cancellationToken) => LintAsync(
            context, call.GetRequiredValue(paths), call.GetValue(samples) ?? [], [.. (call.GetValue(ignored) ?? []).Select(code => code.ToUpperInvariant())], call.GetValue(format), cancellationToken));
        return command;
    }

    private static string[] Known { get; } = [.. ErrorCatalogue.All.Where(code => code.Code.StartsWith("LINT-", StringComparison.Ordinal)).Select(code => code.Code)];

    private static async Task<int> LintAsync(
        CommandContext context, string[] paths, string[] samples, string[] ignored, OutputFormat format, CancellationToken cancellationToken)
    {
        try
        {
            GivenPacks packs = new(PackPaths.Files(paths.Select(path => (path, context.PathOf(path)))));
            PackReport[] given = [.. packs.Reports()];
            foreach (string line in given.Where(report => !report.IsValid).SelectMany(report => report.Lines()))
            {
                context.Error.WriteLine(line);
            }

            if (given.Any(report => !report.IsValid))
            {
                return Terminal.Refused;
            }

            List<PackReport> reports = [];
            foreach (LintedDomain linted in packs.Linted())
            {
                LintSamples seen = await LintSamples.OfAsync(context, linted, samples, cancellationToken);
                LintReport found = PackLinter.Lint(linted.Implied, [.. linted.Policies.Select(policy => policy.Bound)], seen.Items, context.Clock.GetUtcNow());
                seen.Tell(context.Error, found.Samples);
                reports.AddRange(Reports(linted, found, ignored));
            }

            reports = [.. given.Select(file => reports.Find(report => report.File == file.File)).OfType<PackReport>()];
            Print(context.Output, reports, format);
            return reports.All(report => report.IsValid) ? Terminal.Done : Terminal.FailedCheck;
        }
        catch (ReeveException fault)
        {
            return Terminal.Refuse(context.Error, Terminal.Errors(fault));
        }
    }

    private static IEnumerable<PackReport> Reports(LintedDomain linted, LintReport found, string[] ignored)
    {
        if (linted.Document is { } document)
        {
            yield return Report(linted.File.Shown, "domain", document, found.Domain, ignored);
        }

        for (int i = 0; i < linted.Policies.Count; i++)
        {
            yield return Report(linted.Policies[i].File, "tenant", linted.Policies[i].Document, found.Policies[i], ignored);
        }
    }

    private static PackReport Report(string file, string kind, Document document, IReadOnlyList<ReeveError> findings, string[] ignored)
    {
        ReeveError[] told = [.. document.Place([.. findings.Where(finding => !ignored.Contains(finding.Code))])
            .OrderBy(finding => finding.Position?.Line).ThenBy(finding => finding.Position?.Column).ThenBy(finding => finding.Code, StringComparer.Ordinal)];
        string more = told.Length > MaxFindings ? $", of which the first {MaxFindings} are told" : "";
        return new PackReport(file, kind, told.Length switch { 0 => "no findings", 1 => "1 finding", _ => $"{told.Length} findings{more}" }, [.. told.Take(MaxFindings)], []);
    }

    private static void Print(TextWriter output, IReadOnlyList<PackReport> reports, OutputFormat format)
    {
        switch (format)
        {
            case OutputFormat.Json:
                Listing.WriteIndented(output, Value.Of(new ListValue([.. reports.Select(ToJson)])));
                break;
            case OutputFormat.Jsonl:
                foreach (PackReport report in reports)
                {
                    output.Write(JsonText.ToText(ToJson(report)) + "\n");
                }

                break;
            default:
                foreach (string line in reports.SelectMany(report => report.Lines().Append($"{report.File}: {report.Summary}")))
                {
                    output.WriteLine(Shown.Line(line));
                }

                break;
        }
    }

    // As validate prints them, under names that say that nothing is invalid.
    private static Value ToJson(PackReport report)
    {
        MapValue all = report.ToJson().AsMap();
        return Value.Of(ObjectMap.Of(
            ("file", all["file"]), ("kind", all["kind"]), ("clean", Value.Of(report.IsValid)), ("summary", all["summary"]), ("findings", all["errors"])));
    }
}
