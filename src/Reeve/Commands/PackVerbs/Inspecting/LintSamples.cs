using System.Text;
using Reeve.Core.Errors;
using Reeve.Core.Packs;
using Reeve.Core.Values;
using Reeve.Core.Wording;
using Reeve.Engine.Intake;

namespace Reeve.Commands.PackVerbs.Inspecting;

/// <summary>What sources send, as far as a command knows.</summary>
internal static class LintSamples
{
    // Enough to show every field that there is; more only takes time.
    private const int MaxSamples = 10_000;

    private static readonly string[] Beside = ["exceptions.jsonl", "exceptions.json"];

    /// <summary>The samples given, else those beside the domain pack, else the inputs of tests. Says on standard error which.</summary>
    internal static async Task<IReadOnlyList<RawItem>> OfAsync(CommandContext context, LintedDomain linted, IReadOnlyList<string> given, CancellationToken cancellationToken)
    {
        if (given.Count > 0)
        {
            return await ReadAsync(context, [.. given.Select(context.PathOf)], cancellationToken);
        }

        string folder = Path.GetDirectoryName(Path.GetFullPath(linted.File.Path))!; // not null: a file is in a folder
        if (Beside.Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists) is { } beside)
        {
            context.Error.WriteLine(Shown.Line($"Samples: {Path.Combine(Path.GetDirectoryName(linted.File.Shown) ?? "", Path.GetFileName(beside))}"));
            return await ReadAsync(context, [beside], cancellationToken);
        }

        IEnumerable<TestSuite> suites = linted.Domain.TestSuites.Concat(linted.Policies.SelectMany(policy => policy.Bound.TestSuites));
        RawItem[] inputs = [.. suites.SelectMany(suite => suite.Cases).Where(test => !test.Input.IsNull)
            .SelectMany(test => BatchReader.Split(Encoding.UTF8.GetBytes(JsonText.ToText(test.Input)))).Take(MaxSamples)];
        context.Error.WriteLine(inputs.Length > 0
            ? "Samples: the inputs of the tests, since there is no exceptions.jsonl beside the domain pack."
            : "There are no samples, so fields and tags that no source sends are not looked for. Give them with --samples FILE.");
        return inputs;
    }

    private static async Task<IReadOnlyList<RawItem>> ReadAsync(CommandContext context, IEnumerable<string> files, CancellationToken cancellationToken)
    {
        List<RawItem> samples = [];
        foreach (string file in files)
        {
            await using FileStream stream = Open(file);
            await foreach (RawItem item in BatchReader.ReadAsync(stream, file.EndsWith(".jsonl", StringComparison.OrdinalIgnoreCase) ? true : null, cancellationToken))
            {
                if (samples.Count == MaxSamples)
                {
                    context.Error.WriteLine($"Only the first {MaxSamples:N0} samples are looked at.");
                    return samples;
                }

                samples.Add(item);
            }
        }

        return samples;
    }

    private static FileStream Open(string file)
    {
        try
        {
            return new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, 64 * 1024, FileOptions.SequentialScan | FileOptions.Asynchronous);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new ReeveException(new ReeveError(ErrorCatalogue.Input.FileUnreadable, failure.Message, file), failure);
        }
    }
}
