using System.CommandLine;
using System.Text;
using Microsoft.Extensions.Logging;
using Reeve.Commands.PackVerbs;
using Reeve.Commands.PackVerbs.Trying;
using Reeve.Core.Errors;
using Reeve.Core.Wording;

namespace Reeve.Commands.PackResults;

/// <summary><c>reeve packs results</c>: what comes of a pack's samples and tests, as Markdown for its README.</summary>
internal static class PacksResultsCommand
{
    // What is no UTF-8 would come back changed, so it is refused.
    private static readonly UTF8Encoding OnlyText = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    internal static Command Build(CommandContext context)
    {
        Argument<string[]> paths = new("path") { Description = "A domain pack and its policies, or the folder that holds them.", Arity = ArgumentArity.OneOrMore };
        Option<string?> samples = new("--samples") { Description = $"Raw exceptions, as 'reeve run' takes them; {SampleFile.Name} beside the domain pack unless given." };
        Option<string?> write = new("--write") { Description = "A file whose section of results is replaced. A name alone that is not here is looked for in the pack's folder, when that was given." };
        Option<string?> check = new("--check") { Description = "A file, found as --write does, whose section of results must be what would be written; exit code 3 if it is not." };
        Option<DateTimeOffset?> asOf = SharedOptions.AsOf();
        Command command = new("results", "Run every sample under every policy, and the tests, and print what comes out as Markdown. Nothing is called.") { paths, samples, write, check, asOf };
        command.Validators.Add(parsed =>
        {
            if (parsed.GetValue(write) is not null && parsed.GetValue(check) is not null)
            {
                parsed.AddError("Give one of --write and --check.");
            }
        });
        command.SetAction((call, cancellationToken) => RunAsync(
            context, call.GetValue(paths)!, call.GetValue(samples), call.GetValue(write), call.GetValue(check), call.GetValue(asOf), cancellationToken)); // not null: it is required
        return command;
    }

    private static async Task<int> RunAsync(
        CommandContext context, string[] paths, string? samples, string? write, string? check, DateTimeOffset? asOf, CancellationToken cancellationToken)
    {
        try
        {
            if (GivenPacks.LoadAll(context, paths) is not { } pairs)
            {
                return Terminal.Refused;
            }

            string[] domains = [.. pairs.Select(pair => pair.DomainFile).Distinct()];
            if (domains.Length > 1)
            {
                throw new ReeveException(new ReeveError(
                    ErrorCatalogue.Packs.SaidTwice, $"There are several domain packs: {string.Join(", ", domains)}.", nextStep: "Give the files of one of them and its policies."));
            }

            string? target = (write ?? check) is { } named ? TargetOf(context, named, paths) : null;
            ReadmeSection? section = target is null ? null : ReadmeSection.Find(await ReadAsync(context, target, cancellationToken), target);
            string input = samples ?? Path.Combine(Path.GetDirectoryName(pairs[0].DomainFile) ?? "", SampleFile.Name);
            string text = await TextAsync(context, pairs, input, asOf ?? section?.AsOf ?? context.Clock.GetUtcNow(), cancellationToken);
            if (section is null)
            {
                context.Output.Write(text);
                return Terminal.Done;
            }

            return check is null ? await WriteAsync(context, target!, section, text, cancellationToken) : Compare(context, target!, section, text); // not null: the section is in it
        }
        catch (ReeveException fault)
        {
            return Terminal.Refuse(context.Error, Terminal.Errors(fault));
        }
    }

    private static async Task<string> TextAsync(CommandContext context, IReadOnlyList<GivenPair> pairs, string samples, DateTimeOffset now, CancellationToken cancellationToken)
    {
        List<PolicyResults> results = [];
        foreach (GivenPair pair in pairs)
        {
            using PassingLine line = new(context, $"{pair.Bound.TenantId}: ");
            results.Add(await PolicyResults.OfAsync(
                pair.Bound, context.PathOf(samples), samples, now, context.Clock, context.Loggers.CreateLogger("Engine.Pipeline"), line.Tell, cancellationToken));
        }

        return ResultsText.Of(now, results);
    }

    // A path is where the command runs, as everywhere; what is not there can only be meant to be beside the pack.
    private static string TargetOf(CommandContext context, string named, string[] paths) =>
        paths.Length == 1 && Path.GetFileName(named) == named && !File.Exists(context.PathOf(named)) && Directory.Exists(context.PathOf(paths[0]))
            ? Path.Combine(paths[0], named)
            : named;

    private static async Task<string> ReadAsync(CommandContext context, string file, CancellationToken cancellationToken)
    {
        try
        {
            // Read as bytes, a mark of the byte order is a character of the text, and is written again.
            return OnlyText.GetString(await File.ReadAllBytesAsync(context.PathOf(file), cancellationToken));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new ReeveException(new ReeveError(ErrorCatalogue.Input.FileUnreadable, failure.Message, file), failure);
        }
    }

    private static async Task<int> WriteAsync(CommandContext context, string file, ReadmeSection section, string text, CancellationToken cancellationToken)
    {
        if (section.Holds(text))
        {
            context.Error.WriteLine(Shown.Line($"{file} is up to date."));
            return Terminal.Done;
        }

        // In full: of a link by its name alone the framework takes the target to be in the root folder.
        string path = context.FullPathOf(file);
        try
        {
            // A link stays, and what it leads to is written.
            await ReplaceAsync(File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path, section.With(text), cancellationToken);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new ReeveException(new ReeveError(ErrorCatalogue.Input.FileUnwritable, failure.Message, file), failure);
        }

        context.Error.WriteLine(Shown.Line($"Wrote the results into {file}."));
        return Terminal.Done;
    }

    // All of it or nothing: a full disk costs nobody their README.
    private static async Task ReplaceAsync(string path, string text, CancellationToken cancellationToken)
    {
        // Whoever may not write a file may still put another in its place, and should not.
        File.OpenWrite(path).Dispose();
        string draft = $"{path}.{Path.GetRandomFileName()}";
        try
        {
            await File.WriteAllTextAsync(draft, text, OnlyText, cancellationToken);
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(draft, File.GetUnixFileMode(path));
            }

            File.Move(draft, path, overwrite: true);
        }
        finally
        {
            // Of a run that was stopped nothing stays; where all went well it is there no longer.
            File.Delete(draft);
        }
    }

    private static int Compare(CommandContext context, string file, ReadmeSection section, string text)
    {
        if (section.Holds(text))
        {
            return Terminal.Done;
        }

        context.Error.WriteLine(Shown.Line($"{file} does not hold what comes out now. Next: run it with --write instead of --check, and look at what changed."));
        return Terminal.FailedCheck;
    }
}
