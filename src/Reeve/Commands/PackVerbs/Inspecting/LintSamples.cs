using System.Text;
using Reeve.Core.Packs;
using Reeve.Core.Values;
using Reeve.Core.Wording;
using Reeve.Engine.Intake;
using Reeve.Engine.Linting;

namespace Reeve.Commands.PackVerbs.Inspecting;

/// <summary>What sources send, as far as a command knows.</summary>
/// <param name="From">Where they come from, for people.</param>
/// <param name="Items">The documents.</param>
internal sealed record LintSamples(string From, IReadOnlyList<RawItem> Items)
{
    // Enough to show every field that there is; more only takes time.
    private const int MaxSamples = 10_000;

    private static readonly string[] Beside = [SampleFile.Name, "exceptions.json"];

    /// <summary>The samples given, else those beside the domain pack, else the inputs of tests.</summary>
    internal static async Task<LintSamples> OfAsync(CommandContext context, LintedDomain linted, IReadOnlyList<string> given, CancellationToken cancellationToken)
    {
        if (given.Count > 0)
        {
            return new LintSamples(string.Join(", ", given), await ReadAsync(context, given, cancellationToken));
        }

        string folder = Path.GetDirectoryName(Path.GetFullPath(linted.File.Path))!; // not null: a file is in a folder
        if (Beside.Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists) is { } beside)
        {
            string shown = Path.Combine(Path.GetDirectoryName(linted.File.Shown) ?? "", Path.GetFileName(beside));
            return new LintSamples(shown, await ReadAsync(context, [beside], cancellationToken));
        }

        IEnumerable<TestSuite> suites = linted.Domain.TestSuites.Concat(linted.Policies.SelectMany(policy => policy.Bound.TestSuites));
        RawItem[] inputs = [.. suites.SelectMany(suite => suite.Cases).Where(test => !test.Input.IsNull)
            .SelectMany(test => BatchReader.Split(Encoding.UTF8.GetBytes(JsonText.ToText(test.Input)))).Take(MaxSamples)];
        return new LintSamples("the inputs of the tests, since there is no exceptions.jsonl beside the domain pack", inputs);
    }

    /// <summary>Says which samples were looked at, and how many of them Intake refuses: those show no field.</summary>
    internal void Tell(TextWriter talk, SampleCount count)
    {
        string refused = count.First is not { } first ? ""
            : $", {count.Refused} refused by Intake, first: {first.Code}{(string.IsNullOrEmpty(first.Subject) ? "" : " " + first.Subject)}: {first.Message}";
        talk.WriteLine(Shown.Line(Items.Count > 0
            ? $"Samples: {From}: {count.Read} read{refused}"
            : "There are no samples, so fields and tags that no source sends are not looked for. Give them with --samples FILE."));
    }

    private static async Task<IReadOnlyList<RawItem>> ReadAsync(CommandContext context, IReadOnlyList<string> files, CancellationToken cancellationToken)
    {
        List<RawItem> samples = [];
        foreach (string file in files)
        {
            await foreach (RawItem item in SampleFile.ReadAsync(context.PathOf(file), file, cancellationToken))
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
}
