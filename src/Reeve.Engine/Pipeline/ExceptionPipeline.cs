using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Reeve.Core.Changes;
using Reeve.Core.Decisions;
using Reeve.Core.Policies;
using Reeve.Engine.Agents;
using Reeve.Engine.Intake;
using Reeve.Engine.Playbooks;
using Reeve.Engine.Runtime;

namespace Reeve.Engine.Pipeline;

/// <summary>
/// The door of the pipeline: raw exceptions in, governed decisions out (EX-ORCH-*). Exceptions are decided beside each other
/// and never influence one another; results come in the order of the input. Thread-safe.
/// </summary>
public sealed class ExceptionPipeline
{
    // How many raw items are normalised before they are decided: enough to keep every worker busy, little enough to stream.
    private const int ChunkSize = 1024;

    private readonly IRuntime runtime;
    private readonly PipelineOptions options;
    private readonly Normaliser normaliser;
    private readonly PipelinePass pass;

    // Packs are few and live long; a desk goes when its policy does.
    private readonly ConditionalWeakTable<BoundPolicy, PlaybookDesk> desks = [];

    /// <summary>Makes a pipeline with Reeve's agents, or with others in their places.</summary>
    public ExceptionPipeline(
        IRuntime runtime, IIdSource ids, PipelineOptions options, ILogger logger,
        IReadOnlyList<IPipelineHook>? hooks = null, IEvidenceSource? evidence = null, IEnumerable<IStageAgent>? agents = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(options.StageRetries);
        ArgumentOutOfRangeException.ThrowIfNegative(options.RetriageLimit);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Workers, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(options.StageTimeout, TimeSpan.Zero);
        this.runtime = runtime;
        this.options = options;
        normaliser = new Normaliser(ids);
        pass = new PipelinePass(runtime, options, PipelinePass.InOrder(agents ?? DefaultAgents()), hooks ?? [], evidence, logger);
    }

    /// <summary>Reeve's agents, one per stage.</summary>
    public static IReadOnlyList<IStageAgent> DefaultAgents() =>
    [
        new IntakeAgent(), new TriageAgent(), new PolicyAgent(), new SupervisorAgent(Stage.SupervisorPolicy),
        new ResolutionAgent(), new SupervisorAgent(Stage.SupervisorResolution), new FeedbackAgent(),
    ];

    /// <summary>
    /// Decides every item of an input. Repeats are found among the items of this call only. Results come a chunk at a time;
    /// when reading the input fails, what was read and not yet decided is dropped with the exception.
    /// </summary>
    /// <param name="items">The raw items.</param>
    /// <param name="policy">The packs, bound.</param>
    /// <param name="run">Its id and time.</param>
    /// <param name="cancellationToken">Stops between exceptions.</param>
    /// <returns>One result per exception found, in the order of the input.</returns>
    public async IAsyncEnumerable<PassOutcome> RunAsync(
        IAsyncEnumerable<RawItem> items, BoundPolicy policy, RunContext run,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        RunIdentity identity = new(policy);
        List<IntakeOutcome> chunk = [];
        await foreach (RawItem item in items.WithCancellation(cancellationToken))
        {
            chunk.AddRange(normaliser.Normalise(item, policy, run.Now ?? runtime.Clock.GetUtcNow()));
            if (chunk.Count >= ChunkSize)
            {
                foreach (PassOutcome decided in await DecideAsync(identity.Settle(chunk), policy, run, identity, cancellationToken))
                {
                    yield return decided;
                }

                chunk.Clear();
            }
        }

        foreach (PassOutcome decided in await DecideAsync(identity.Settle(chunk), policy, run, identity, cancellationToken))
        {
            yield return decided;
        }
    }

    /// <summary>Decides one arrival, whatever arrived before it: who repeats whom is for <see cref="RunAsync"/>.</summary>
    public async ValueTask<PassOutcome> DecideAsync(Arrival arrival, BoundPolicy policy, RunContext run, CancellationToken cancellationToken)
    {
        ExceptionCase decided = await pass.DecideAsync(arrival, policy, desks.GetValue(policy, static made => new PlaybookDesk(made)), run, cancellationToken);
        return new PassOutcome(decided.Result(), () => decided.Changes(run.Id, options));
    }

    private async Task<IReadOnlyList<PassOutcome>> DecideAsync(
        IReadOnlyList<SettledItem> chunk, BoundPolicy policy, RunContext run, RunIdentity identity, CancellationToken cancellationToken)
    {
        PassOutcome?[] decided = new PassOutcome?[chunk.Count];
        await runtime.ForEachAsync(chunk.Count, options.Workers, DecideOneAsync, cancellationToken);
        return identity.Answer(chunk, decided);

        async ValueTask DecideOneAsync(int i, CancellationToken token)
        {
            if (chunk[i].Arrival is { } arrival)
            {
                decided[i] = await DecideAsync(arrival, policy, run, token);
            }
        }
    }
}

/// <summary>What one exception came to, and what is to be stored of it.</summary>
/// <param name="Result">The result.</param>
/// <param name="Changes">Renders the changes to commit, in order; empty for an item that made nothing. Costs a serialisation of every stage.</param>
public sealed record PassOutcome(ExceptionResult Result, Func<IReadOnlyList<Change>> Changes);
