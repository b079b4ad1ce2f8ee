using System.CommandLine;
using Microsoft.Extensions.Logging;
using Reeve.Commands.PackVerbs;
using Reeve.Core.Decisions;
using Reeve.Core.Errors;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Engine.Intake;
using Reeve.Engine.Pipeline;
using Reeve.Engine.Runtime;

namespace Reeve.Commands.Running;

/// <summary><c>reeve run</c>: a domain pack, a tenant policy and raw exceptions in; governed decisions out.</summary>
internal static class RunCommand
{
    internal static Command Build(ILoggerFactory loggers)
    {
        Option<string> domain = new("--domain-pack") { Description = "The domain pack, JSON or YAML.", Required = true };
        Option<string> policy = new("--tenant-policy") { Description = "The tenant policy, JSON or YAML.", Required = true };
        Option<string> input = new("--input") { Description = "Raw exceptions: a JSON array, one object, or JSON Lines; - reads standard input.", Required = true };
        Option<string?> output = new("--output") { Description = "A file for the whole run result as JSON." };
        Option<string?> decisions = new("--decisions") { Description = "A file for the decision documents as JSON Lines: what two runs must have in common." };
        Option<string> store = new("--store") { Description = "Where the record goes: none decides, prints and keeps nothing.", DefaultValueFactory = _ => "none" };
        store.AcceptOnlyFromAmong("none");
        Option<int> workers = new("--workers") { Description = "How many exceptions are decided at once.", DefaultValueFactory = _ => Environment.ProcessorCount };
        workers.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && (!int.TryParse(result.Tokens[0].Value, out int count) || count is < 1 or > 256))
            {
                result.AddError("--workers takes a whole number from 1 to 256.");
            }
        });
        Option<OutputFormat> format = SharedOptions.Format();
        Option<DateTimeOffset?> asOf = SharedOptions.AsOf();
        Command command = new("run", "Decide every exception of an input and explain each decision. Nothing is called and nothing is kept.") { domain, policy, input, output, decisions, store, workers, asOf, format };
        command.SetAction((call, cancellationToken) => RunAsync(
            call,
            new RunArguments(
                call.GetValue(domain)!, call.GetValue(policy)!, call.GetValue(input)!, call.GetValue(output), call.GetValue(decisions),
                call.GetValue(workers), call.GetValue(asOf), call.GetValue(format)),
            loggers,
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult call, RunArguments arguments, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        try
        {
            if (LoadedPacks.Load(call, arguments.Domain, arguments.Policy) is not { } policy)
            {
                return Terminal.Refused;
            }

            await using Stream input = OpenInput(arguments.Input);
            await using RunSinks sinks = RunSinks.Open(call, arguments, policy);
            await DecideAsync(call, arguments, policy, input, sinks, loggers, cancellationToken);
            sinks.Finish();
            return sinks.Summary.Accepted > 0 ? Terminal.Done : Terminal.Refused;
        }
        catch (ReeveException fault)
        {
            return Terminal.Refuse(call, Terminal.Errors(fault));
        }
        catch (IOException failure)
        {
            // The sinks name their own failures, so this one is the input's, after it was opened.
            return Terminal.Refuse(call, [new ReeveError(ErrorCatalogue.Input.FileUnreadable, $"'{arguments.Input}': {failure.Message}", "--input")]);
        }
    }

    private static async Task DecideAsync(
        ParseResult call, RunArguments arguments, BoundPolicy policy, Stream input, RunSinks sinks, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        IIdSource ids = arguments.AsOf is { } fixedTime ? new SeededIds($"{policy.TenantId}\n{fixedTime:O}") : new SystemIds();
        DateTimeOffset now = arguments.AsOf ?? TimeProvider.System.GetUtcNow();
        RunContext run = new(new RunId(ids.Next(now)), now);
        ExceptionPipeline pipeline = new(
            new ThreadRuntime(TimeProvider.System), ids, new PipelineOptions { Workers = arguments.Workers }, loggers.CreateLogger("Engine.Pipeline"));
        bool? lines = Path.GetExtension(arguments.Input).ToLowerInvariant() is ".jsonl" or ".ndjson" ? true : null;
        sinks.Begin(run.Id);
        await using RunProgress progress = await RunProgress.StartAsync(call, input);
        await foreach (PassOutcome outcome in pipeline.RunAsync(BatchReader.ReadAsync(input, lines, cancellationToken), policy, run, cancellationToken))
        {
            sinks.Add(outcome.Result);
            progress.Tell(sinks.Summary.Total);
        }
    }

    private static Stream OpenInput(string path)
    {
        if (path == "-")
        {
            return new StandardInput();
        }

        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 64 * 1024, FileOptions.SequentialScan | FileOptions.Asynchronous);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new ReeveException(new ReeveError(ErrorCatalogue.Input.FileUnreadable, $"'{path}': {failure.Message}", "--input"), failure);
        }
    }
}

/// <summary>The arguments of <c>reeve run</c>.</summary>
internal sealed record RunArguments(
    string Domain, string Policy, string Input, string? Output, string? Decisions, int Workers, DateTimeOffset? AsOf, OutputFormat Format);
