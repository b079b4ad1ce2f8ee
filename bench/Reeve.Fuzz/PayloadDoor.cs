using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Logging;
using Reeve.Core.Decisions;
using Reeve.Core.Errors;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Core.Schemas;
using Reeve.Core.Values;
using Reeve.Engine.Intake;
using Reeve.Engine.Pipeline;
using Reeve.Engine.Runtime;

namespace Reeve.Fuzz;

/// <summary>Inputs of raw exceptions, read, decided and written as <c>reeve run</c> does.</summary>
public sealed class PayloadDoor(IReadOnlyList<BasePack> packs) : IDoor
{
    /// <inheritdoc/>
    public string Name => "payload";

    /// <inheritdoc/>
    public FuzzInput Make(Dice dice)
    {
        int pack = dice.Below(packs.Count);
        return new FuzzInput(packs[pack].Name, PayloadMaker.Make(dice, packs[pack].Items));
    }

    /// <inheritdoc/>
    public Outcome Try(FuzzInput input)
    {
        BoundPolicy policy = packs.First(pack => pack.Name == input.Note).Bound;
        return new Decisions().Decide(input.Bytes, policy, criticalNeverActs: true);
    }
}

/// <summary>Decides inputs and holds what must be true of every result.</summary>
internal sealed class Decisions : ILogger
{
    private static readonly DateTimeOffset Now = new(2026, 11, 20, 9, 0, 0, TimeSpan.Zero);
    private static readonly JsonSchema RunResultSchema = JsonSchema.Compile(JsonText.Parse(BasePack.Resource("run-result.schema.json")));

    private Exception? escaped;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    // The pipeline turns what an agent throws into an error of that exception; here it is a failure, so it is caught on its way to the log.
    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => escaped ??= exception;

    internal Outcome Decide(byte[] input, BoundPolicy policy, bool criticalNeverActs)
    {
        SeededIds ids = new("fuzz");
        RunContext run = new(new RunId(ids.Next(Now)), Now);
        ExceptionPipeline pipeline = new(new ThreadRuntime(TimeProvider.System), ids, new PipelineOptions(), this);
        try
        {
            // Nothing waits for anything: the task is done when it is given, on this thread and its stack.
            return DecideAsync(input, policy, pipeline, run, criticalNeverActs).GetAwaiter().GetResult();
        }
        catch (ReeveException fault)
        {
            return new Outcome("no input", Promises.BrokenBy(fault.Error));
        }
    }

    private async Task<Outcome> DecideAsync(byte[] input, BoundPolicy policy, ExceptionPipeline pipeline, RunContext run, bool criticalNeverActs)
    {
        using MemoryStream document = new();
        bool accepted = false;
        string? broken = null;
        using (RunResultWriter writer = new(document, policy.TenantId, run.Id))
        {
            await foreach (PassOutcome outcome in pipeline.RunAsync(BatchReader.ReadAsync(new MemoryStream(input), lines: null, CancellationToken.None), policy, run, CancellationToken.None))
            {
                if (escaped is not null)
                {
                    ExceptionDispatchInfo.Throw(escaped);
                }

                writer.Add(outcome.Result);
                _ = RunResultWriter.Line(outcome.Result);
                _ = DecisionDocument.Render(outcome.Result, policy.Domain.ContentHash, policy.Policy.ContentHash);
                foreach (PassStep step in outcome.Case?.Steps ?? [])
                {
                    _ = step.Decision is { } decided ? DecisionDocument.Render(decided) : null;
                }

                accepted |= outcome.Result.Status is not null;
                broken ??= BrokenBy(outcome.Result, policy, criticalNeverActs);
            }
        }

        IReadOnlyList<SchemaProblem> problems = RunResultSchema.Validate(JsonText.Parse(document.ToArray(), new JsonLimits { MaxBytes = int.MaxValue, MaxDepth = 200 }));
        broken ??= problems.Count > 0 ? $"A result does not match its schema: {problems[0]}" : null;
        return new Outcome(accepted ? "decided" : "refused", broken);
    }

    private static string? BrokenBy(ExceptionResult result, BoundPolicy policy, bool criticalNeverActs)
    {
        if (result.Status is null && result.Errors.Count == 0)
        {
            return "A refused item says no reason";
        }

        if (result.Exception is { } record && record.TenantId != policy.TenantId)
        {
            return "An exception is of another tenant";
        }

        if (criticalNeverActs && result.Exception?.Severity == Severity.Critical && result.Of(Stage.Policy)?.Details is StageDetails.Policy { Verdict: PolicyVerdict.Allow, SelectedPlaybookId: not null })
        {
            return "A critical exception may act by itself";
        }

        return Promises.BrokenBy(result.Errors);
    }
}
