using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Reeve.Core.Calendars;
using Reeve.Core.Decisions;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Engine.Agents;
using Reeve.Engine.Intake;
using Reeve.Engine.Pipeline.Identities;
using Reeve.Engine.Playbooks;
using Reeve.Engine.Runtime;

namespace Reeve.Engine.Pipeline;

/// <summary>
/// The door of the pipeline: raw exceptions in, governed decisions out (EX-ORCH-*). Exceptions are decided beside each other
/// and never influence one another; results come in the order of the input. Thread-safe.
/// </summary>
public sealed class ExceptionPipeline
{
    private readonly IRuntime runtime;
    private readonly PipelineOptions options;
    private readonly Normaliser normaliser;
    private readonly PipelinePass pass;
    private readonly bool hasMemory;

    // Packs are few and live long; what is prepared for one goes when it does.
    private readonly ConditionalWeakTable<BoundPolicy, Prepared> policies = [];

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
        hasMemory = evidence is not null;
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
        await foreach (Chunk chunk in Chunks.ReadAsync(
            items, item => normaliser.Normalise(item, policy, run.Now ?? runtime.Clock.GetUtcNow()), cancellationToken))
        {
            foreach (PassOutcome decided in await DecideAsync(identity.Settle(chunk.Outcomes), policy, run, cancellationToken))
            {
                yield return decided;
            }
        }
    }

    /// <summary>What a pass that begins now is decided with, in the mode of this pipeline's options.</summary>
    public PassSettings SettingsOf(BoundPolicy policy) => Prepare(policy).Settings;

    /// <summary>What a pass that begins now is decided with, in a mode: modes change, and what is prepared for a policy does not.</summary>
    public PassSettings SettingsOf(BoundPolicy policy, AutomationMode mode) => Prepare(policy).In(mode);

    /// <summary>Decides one arrival, whatever arrived before it: who repeats whom is for <see cref="RunAsync"/>.</summary>
    public async ValueTask<PassOutcome> DecideAsync(Arrival arrival, BoundPolicy policy, RunContext run, CancellationToken cancellationToken)
    {
        ExceptionCase? decided = await DecideAsync(new PassStart { Arrival = arrival, Policy = policy, Now = run.Now }, cancellationToken);
        return new PassOutcome(decided!.Result(), decided); // not null: only a journal ends a pass before its end
    }

    /// <summary>A pass before its first stage.</summary>
    public ExceptionCase Begin(PassStart start) => new(start.Arrival, start.Policy, start.Settings ?? SettingsOf(start.Policy), Prepare(start.Policy).Playbooks);

    /// <summary>Takes one pass to its end, from its beginning or from where the record of it ends.</summary>
    /// <returns>The exception as decided; null when the journal says that somebody else has the pass.</returns>
    public ValueTask<ExceptionCase?> DecideAsync(PassStart start, CancellationToken cancellationToken) => pass.DecideAsync(Begin(start), start, cancellationToken);

    private Prepared Prepare(BoundPolicy policy) => policies.TryGetValue(policy, out Prepared? known) ? known
        : policies.GetValue(policy, made => new Prepared(new PlaybookDesk(made), PassSettings.Of(made, ZoneData.Fingerprint(made.Calendars), options, hasMemory)));

    private async Task<IReadOnlyList<PassOutcome>> DecideAsync(
        IReadOnlyList<SettledItem> chunk, BoundPolicy policy, RunContext run, CancellationToken cancellationToken)
    {
        Dictionary<int, PassOutcome> decided = new(chunk.Count);
        foreach (IReadOnlyList<SettledItem> round in RunIdentity.Rounds(chunk))
        {
            PassOutcome[] outcomes = new PassOutcome[round.Count];
            await runtime.ForEachAsync(round.Count, options.Workers, DecideOneAsync, cancellationToken);
            for (int i = 0; i < round.Count; i++)
            {
                round[i].Decided(outcomes[i].Case!.Arrival, outcomes[i].Case!.Record.ResolutionStatus); // not null: it was decided
                decided[round[i].Index] = outcomes[i];
            }

            async ValueTask DecideOneAsync(int i, CancellationToken token) =>
                outcomes[i] = await DecideAsync(round[i].ToDecide()!, policy, run, token); // not null: nothing is refused after it was settled
        }

        return [.. chunk.Select(item => Answer(item, decided.GetValueOrDefault(item.Index)))];
    }

    private static PassOutcome Answer(SettledItem item, PassOutcome? decided)
    {
        ExceptionResult answer = item.Answer(decided?.Result);
        return new PassOutcome(answer, ReferenceEquals(answer, decided?.Result) ? decided.Case : null);
    }

    private sealed class Prepared(PlaybookDesk playbooks, PassSettings settings)
    {
        // By mode, so that no pass makes its own.
        private readonly PassSettings[] byMode = [.. Enum.GetValues<AutomationMode>().Select(mode => settings with { Mode = mode })];

        internal PlaybookDesk Playbooks => playbooks;

        internal PassSettings Settings => settings;

        internal PassSettings In(AutomationMode mode) => byMode[(int)mode];
    }
}

/// <summary>What one item came to.</summary>
/// <param name="Result">The result.</param>
/// <param name="Case">The exception as decided; null for an item that made nothing of its own to show.</param>
public sealed record PassOutcome(ExceptionResult Result, ExceptionCase? Case);
