using System.CommandLine;
using Microsoft.Extensions.Logging;
using Reeve.Commands.PackVerbs;
using Reeve.Commands.Places;
using Reeve.Core.Decisions;
using Reeve.Core.Errors;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Core.Wording;
using Reeve.Engine.Intake;
using Reeve.Engine.Pipeline;
using Reeve.Engine.Recording;
using Reeve.Engine.Runtime;
using Reeve.Server.Hosting;

namespace Reeve.Commands.Running;

/// <summary><c>reeve run</c>: a domain pack, a tenant policy and raw exceptions in; governed decisions out.</summary>
internal static class RunCommand
{
    internal static Command Build(CommandContext context)
    {
        Option<string> domain = new("--domain-pack") { Description = "The domain pack, JSON or YAML.", Required = true };
        Option<string> policy = new("--tenant-policy") { Description = "The tenant policy, JSON or YAML.", Required = true };
        Option<string> input = new("--input") { Description = "Raw exceptions: a JSON array, one object, or JSON Lines; - reads standard input.", Required = true };
        Option<string?> output = new("--output") { Description = "A file for the whole run result as JSON." };
        Option<string?> decisions = new("--decisions") { Description = "A file for the decision documents as JSON Lines: what two runs must have in common." };
        Option<string?> store = new("--store") { Description = "Where the record goes: sqlite:PATH, postgres:CONNECTION-STRING, or none, which decides, prints and keeps nothing. A file in your data folder unless given." };
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
        Command command = new("run", "Decide every exception of an input, keep the record, and explain each decision. No tool is called.") { domain, policy, input, output, decisions, store, workers, asOf, format };
        command.SetAction((call, cancellationToken) =>
        {
            RunArguments arguments = new(
                call.GetValue(domain)!, call.GetValue(policy)!, call.GetValue(input)!, call.GetValue(output), call.GetValue(decisions), // not null: they are required
                call.GetValue(workers), call.GetValue(asOf), call.GetValue(format));
            return RunAsync(context, arguments, call.GetValue(store), cancellationToken);
        });
        return command;
    }

    private static Task<int> RunAsync(CommandContext context, RunArguments arguments, string? store, CancellationToken cancellationToken)
    {
        // Packs that cannot be used are refused before a store is opened, or made. What is told about good ones is told by
        // whichever process goes on with them.
        StringWriter told = new();
        BoundPolicy? policy = GivenPacks.Load(context with { Error = told }, arguments.Domain, arguments.Policy);
        if (policy is null)
        {
            context.Error.Write(told.ToString());
            return Task.FromResult(Terminal.Refused);
        }

        return store == "none" ? GoOnAsync(null) : StoreAccess.RunAsync(
            context, store, new StoreUse { MayCreate = true, ReadsInput = arguments.Input == "-", Workers = arguments.Workers }, GoOnAsync, cancellationToken);

        Task<int> GoOnAsync(StoreSession? session)
        {
            context.Error.Write(told.ToString());
            return RunAsync(context, arguments, policy, session, cancellationToken);
        }
    }

    private static async Task<int> RunAsync(
        CommandContext context, RunArguments arguments, BoundPolicy policy, StoreSession? session, CancellationToken cancellationToken)
    {
        try
        {
            await using Stream input = OpenInput(context, arguments.Input);
            await using RunSinks sinks = RunSinks.Open(context, arguments, policy);
            RunId run = session is null
                ? await DecideAsync(context, arguments, policy, input, sinks, cancellationToken)
                : await RecordAsync(context, arguments, policy, input, sinks, session, cancellationToken);
            sinks.Finish();
            if (session is not null)
            {
                TellWhere(context, session, policy, run);
            }

            return sinks.Summary.Accepted > 0 ? Terminal.Done : Terminal.Refused;
        }
        catch (ReeveException fault)
        {
            return Terminal.Refuse(context.Error, Terminal.Errors(fault));
        }
        catch (IOException failure)
        {
            // The sinks name their own failures, so this one is the input's, after it was opened.
            return Terminal.Refuse(context.Error, [new ReeveError(ErrorCatalogue.Input.FileUnreadable, $"'{arguments.Input}': {failure.Message}", "--input")]);
        }
    }

    private static async Task<RunId> DecideAsync(
        CommandContext context, RunArguments arguments, BoundPolicy policy, Stream input, RunSinks sinks, CancellationToken cancellationToken)
    {
        IIdSource ids = arguments.AsOf is { } fixedTime ? new SeededIds($"{policy.TenantId}\n{fixedTime:O}") : new SystemIds();
        DateTimeOffset now = arguments.AsOf ?? context.Clock.GetUtcNow();
        RunContext run = new(new RunId(ids.Next(now)), now);
        ExceptionPipeline pipeline = new(
            new ThreadRuntime(context.Clock), ids, new PipelineOptions { Workers = arguments.Workers }, context.Loggers.CreateLogger("Engine.Pipeline"));
        IAsyncEnumerable<RawItem> items = BatchReader.ReadAsync(input, arguments.IsLines, cancellationToken);
        await TakeAsync(context, input, sinks, run.Id, Results(pipeline.RunAsync(items, policy, run, cancellationToken)));
        return run.Id;

        static async IAsyncEnumerable<ExceptionResult> Results(IAsyncEnumerable<PassOutcome> outcomes)
        {
            await foreach (PassOutcome outcome in outcomes)
            {
                yield return outcome.Result;
            }
        }
    }

    // On the record, ids are real whatever the clock: two runs of one time must not share them.
    private static async Task<RunId> RecordAsync(
        CommandContext context, RunArguments arguments, BoundPolicy policy, Stream input, RunSinks sinks, StoreSession session, CancellationToken cancellationToken)
    {
        await session.Tenants.CreateAsync(policy.TenantId, policy.Policy.TenantName.Length == 0 ? null : policy.Policy.TenantName, AutomationMode.Shadow, context.Actor, cancellationToken);
        await session.Packs.EnsureAsync(policy, context.Actor, cancellationToken);
        DateTimeOffset now = context.Clock.GetUtcNow();
        Run run = new()
        {
            Id = new RunId(session.Ids.Next(now)),
            TenantId = policy.TenantId,
            Kind = RunKind.Command,
            Domain = policy.Domain.Name,
            DomainPack = policy.Domain.ContentHash,
            TenantPolicy = policy.Policy.ContentHash,

            // All stages share one time, as they do where nothing is kept.
            AsOf = arguments.AsOf ?? now,
            LogicVersion = DecisionDocument.LogicVersion,
            Product = Product.Version,
            StartedAt = now,
            StartedBy = context.Actor,
        };
        IAsyncEnumerable<RawItem> items = BatchReader.ReadAsync(input, arguments.IsLines, cancellationToken);
        await TakeAsync(context, input, sinks, run.Id, session.Pipeline.RunAsync(items, policy, run, cancellationToken));
        return run.Id;
    }

    private static async Task TakeAsync(CommandContext context, Stream input, RunSinks sinks, RunId run, IAsyncEnumerable<ExceptionResult> results)
    {
        sinks.Begin(run);
        await using RunProgress progress = await RunProgress.StartAsync(context, input);
        await foreach (ExceptionResult result in results)
        {
            sinks.Add(result);
            progress.Tell(sinks.Summary.Total);
        }
    }

    private static void TellWhere(CommandContext context, StoreSession session, BoundPolicy policy, RunId run)
    {
        context.Error.WriteLine(Shown.Line($"Kept in {session.Database.Address.Masked} as run {run} of tenant {policy.TenantId}."));
        context.Error.WriteLine(Shown.Line($"Next: reeve exceptions list --tenant {policy.TenantId}{StoreAccess.Repeated(context)}"));
    }

    private static Stream OpenInput(CommandContext context, string path)
    {
        if (path == "-")
        {
            return context.OpenInput();
        }

        try
        {
            return new FileStream(context.PathOf(path), FileMode.Open, FileAccess.Read, FileShare.Read, 64 * 1024, FileOptions.SequentialScan | FileOptions.Asynchronous);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new ReeveException(new ReeveError(ErrorCatalogue.Input.FileUnreadable, $"'{path}': {failure.Message}", "--input"), failure);
        }
    }
}

/// <summary>The arguments of <c>reeve run</c>.</summary>
internal sealed record RunArguments(
    string Domain, string Policy, string Input, string? Output, string? Decisions, int Workers, DateTimeOffset? AsOf, OutputFormat Format)
{
    /// <summary>Whether the input is read line by line; null: that is found out.</summary>
    internal bool? IsLines => SampleFile.IsLines(Input);
}
