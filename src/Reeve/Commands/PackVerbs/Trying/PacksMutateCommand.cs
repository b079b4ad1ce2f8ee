using System.CommandLine;
using Microsoft.Extensions.Logging;
using Reeve.Core.Errors;
using Reeve.Core.Wording;
using Reeve.Engine.Pipeline;
using Reeve.Engine.Runtime;
using Reeve.Engine.Simulation;
using Reeve.Engine.Simulation.Mutations;

namespace Reeve.Commands.PackVerbs.Trying;

/// <summary><c>reeve packs mutate</c>: takes each rule and guardrail out, one at a time, and asks whether the tests notice.</summary>
internal static class PacksMutateCommand
{
    private const decimal Usual = 95;

    internal static Command Build(CommandContext context)
    {
        Argument<string[]> paths = new("path")
        {
            Description = "A domain pack and policies, JSON or YAML, or folders of them; a domain pack alone is tried with the policy that it implies.",
            Arity = ArgumentArity.OneOrMore,
        };
        Option<decimal?> threshold = PercentOption.Make($"The share of rules and guardrails whose absence the tests must notice under every policy; {Usual} unless given.");
        Option<DateTimeOffset?> asOf = SharedOptions.AsOf();
        Option<OutputFormat> format = SharedOptions.Format();
        Command command = new("mutate", "Take each rule and guardrail out of its pack, one at a time, and say whether a test notices.") { paths, threshold, asOf, format };
        command.SetAction((call, cancellationToken) =>
            MutateAsync(context, call.GetValue(paths)!, call.GetValue(threshold) ?? Usual, call.GetValue(asOf), call.GetValue(format), cancellationToken)); // not null: one at least is required
        return command;
    }

    private static async Task<int> MutateAsync(
        CommandContext context, string[] paths, decimal threshold, DateTimeOffset? asOf, OutputFormat format, CancellationToken cancellationToken)
    {
        try
        {
            if (GivenPacks.LoadAll(context, paths) is not { } pairs)
            {
                return Terminal.Refused;
            }

            PacksTestCommand.TellTimes(context, pairs, asOf);
            ThreadRuntime runtime = new(context.Clock);
            PackMutator mutator = new(runtime, new PackTests(runtime, context.Loggers.CreateLogger("Engine.Pipeline")));
            List<MutatedPair> mutated = [];
            foreach (GivenPair pair in pairs)
            {
                RunContext run = PacksTestCommand.RunOf(pair.Bound.TenantId, asOf ?? context.Clock.GetUtcNow());
                using PassingLine line = new(context, $"{pair.Bound.TenantId}: ");
                mutated.Add(new MutatedPair(pair, await mutator.RunAsync(pair.Bound, run, Environment.ProcessorCount, line.Tell, cancellationToken)));
            }

            MutatedPair.Print(context, mutated, format);
            return mutated.Count(pair => !IsSharp(context, pair, threshold)) == 0 ? Terminal.Done : Terminal.FailedCheck;
        }
        catch (ReeveException fault)
        {
            return Terminal.Refuse(context.Error, Terminal.Errors(fault));
        }
    }

    private static bool IsSharp(CommandContext context, MutatedPair pair, decimal threshold)
    {
        PackTestReport unchanged = pair.Report.Unchanged;
        if (unchanged.Failed > 0)
        {
            CaseReport first = unchanged.Cases.First(test => test.Failures.Count > 0);
            context.Error.WriteLine(Shown.Line(
                $"Under {unchanged.TenantId} {unchanged.Failed} of {unchanged.Cases.Count} cases fail with nothing taken out, such as {first.SuiteId}/{first.CaseId}, so nothing was tried. See 'reeve packs test'."));
            return false;
        }

        if (!pair.Report.Reaches(threshold))
        {
            context.Error.WriteLine(Shown.Line(
                $"Under {unchanged.TenantId} the tests notice {PercentOption.Shown(pair.Report.Share)} % of what is missing; {threshold:0.####} % is asked."));
            return false;
        }

        return true;
    }
}
