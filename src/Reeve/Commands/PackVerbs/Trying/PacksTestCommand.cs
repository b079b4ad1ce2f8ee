using System.CommandLine;
using Microsoft.Extensions.Logging;
using Reeve.Core.Errors;
using Reeve.Core.Records;
using Reeve.Core.Wording;
using Reeve.Engine.Pipeline;
using Reeve.Engine.Runtime;
using Reeve.Engine.Simulation;

namespace Reeve.Commands.PackVerbs.Trying;

/// <summary><c>reeve packs test</c>: runs the test suites of packs under every policy given.</summary>
internal static class PacksTestCommand
{
    internal static Command Build(CommandContext context)
    {
        Argument<string[]> paths = new("path")
        {
            Description = "A domain pack and policies, JSON or YAML, or folders of them; a domain pack alone is tested with the policy that it implies.",
            Arity = ArgumentArity.OneOrMore,
        };
        Option<decimal?> threshold = PercentOption.Make("The share that tests must cover of the types, playbooks, rules and guardrails, each, under every policy.");
        Option<DateTimeOffset?> asOf = SharedOptions.AsOf();
        Option<OutputFormat> format = SharedOptions.Format();
        Command command = new("test", "Run every case of the packs' test suites through the pipeline and say what they cover; nothing is called.") { paths, threshold, asOf, format };
        command.SetAction((call, cancellationToken) =>
            TestAsync(context, call.GetValue(paths)!, call.GetValue(threshold), call.GetValue(asOf), call.GetValue(format), cancellationToken)); // not null: one at least is required
        return command;
    }

    /// <summary>A run for cases: where nothing is kept, its ids repeat for the same tenant and time.</summary>
    internal static RunContext RunOf(TenantId tenant, DateTimeOffset now) => new(new RunId(new SeededIds($"{tenant}\n{now:O}").Next(now)), now);

    private static async Task<int> TestAsync(
        CommandContext context, string[] paths, decimal? threshold, DateTimeOffset? asOf, OutputFormat format, CancellationToken cancellationToken)
    {
        try
        {
            if (GivenPacks.LoadAll(context, paths) is not { } pairs)
            {
                return Terminal.Refused;
            }

            TellTimes(context, pairs, asOf);
            PackTests tests = new(new ThreadRuntime(context.Clock), context.Loggers.CreateLogger("Engine.Pipeline"));
            List<TestedPair> tested = [];
            foreach (GivenPair pair in pairs)
            {
                RunContext run = RunOf(pair.Bound.TenantId, asOf ?? context.Clock.GetUtcNow());
                tested.Add(new TestedPair(pair, await tests.RunAsync(pair.Bound, run, cancellationToken)));
            }

            TestedPair.Print(context, tested, format);
            return tested.TrueForAll(pair => pair.Report.Failed == 0) & Reaches(context, tested, threshold) ? Terminal.Done : Terminal.FailedCheck;
        }
        catch (ReeveException fault)
        {
            return Terminal.Refuse(context.Error, Terminal.Errors(fault));
        }
    }

    // A suite's own time wins, because the suite was written for it; whoever gives another should know.
    internal static void TellTimes(CommandContext context, IReadOnlyList<GivenPair> pairs, DateTimeOffset? asOf)
    {
        string[] own = [.. pairs.SelectMany(pair => pair.Bound.TestSuites).Where(suite => suite.Cases.Any(test => test.AsOf is not null)).Select(suite => suite.SuiteId).Distinct()];
        if (asOf is not null && own.Length > 0)
        {
            context.Error.WriteLine(Shown.Line($"--as-of is not for suites that have their own asOf: {string.Join(", ", own)}."));
        }
    }

    private static bool Reaches(CommandContext context, IReadOnlyList<TestedPair> tested, decimal? threshold)
    {
        bool reached = true;
        foreach (TestedPair pair in tested)
        {
            foreach ((string kind, Coverage coverage) in pair.Kinds)
            {
                if (threshold is { } percent && !coverage.Reaches(percent))
                {
                    reached = false;
                    context.Error.WriteLine(Shown.Line($"Under {pair.Report.TenantId} {TestedPair.Describe(kind, coverage)}; {percent:0.####} % is asked."));
                }
            }
        }

        return reached;
    }
}
