using Microsoft.Extensions.Logging;
using Reeve.Core.Decisions;
using Reeve.Core.Errors;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Agents;
using Reeve.Engine.Intake;
using Reeve.Engine.Playbooks;
using Reeve.Engine.Runtime;

namespace Reeve.Engine.Pipeline;

/// <summary>Takes one exception through its stages. Thread-safe: a pass keeps nothing.</summary>
internal sealed class PipelinePass(
    IRuntime runtime, PipelineOptions options, IReadOnlyList<IStageAgent> agents, IReadOnlyList<IPipelineHook> hooks, IEvidenceSource? source, ILogger logger)
{
    private const int EvidenceRounds = 3;
    private static readonly int StageCount = Enum.GetValues<Stage>().Length;

    internal async ValueTask<ExceptionCase> DecideAsync(Arrival arrival, BoundPolicy policy, PlaybookDesk playbooks, RunContext run, CancellationToken cancellationToken)
    {
        ExceptionCase current = new(arrival, policy, playbooks);
        int retriaged = 0;
        Stage? stage = Stage.Intake;
        while (stage is { } now)
        {
            DateTimeOffset at = TimeText.ToMicroseconds(run.Now ?? runtime.Clock.GetUtcNow());
            StageOutcome? outcome = await DecideStageAsync(now, current, at, cancellationToken);
            if (outcome is null)
            {
                stage = now == Stage.Feedback ? null : Stage.Feedback;
                continue;
            }

            current.Take(outcome, at);
            StageRoute route = StageRoute.After(outcome.Decision, current, options);
            if (route.Next == Stage.Triage && now != Stage.Intake && ++retriaged > options.RetriageLimit)
            {
                current.Fail(now, new ReeveError(ErrorCatalogue.Pipeline.Loop, $"Sent back to Triage {retriaged} times; {options.RetriageLimit} is the limit."), at);
                stage = Stage.Feedback;
                continue;
            }

            if (route.Status is { } status)
            {
                current.SetStatus(status);
            }

            stage = route.Next;
        }

        return current;
    }

    private async ValueTask<StageOutcome?> DecideStageAsync(Stage stage, ExceptionCase current, DateTimeOffset at, CancellationToken cancellationToken)
    {
        IStageAgent agent = agents[(int)stage];
        AgentMessage message = Message(current, at);
        Hook(stage, current, hook => hook.BeforeStage(stage.Agent(), message));
        ReeveError? error = null;
        for (int attempt = 1; attempt <= options.StageRetries + 1; attempt++)
        {
            try
            {
                StageOutcome outcome = await AttemptAsync(agent, attempt == 1 ? message : Message(current, at), cancellationToken);
                Check(outcome.Decision, stage);
                Hook(stage, current, hook => hook.AfterStage(stage.Agent(), outcome.Decision));
                return outcome;
            }
            catch (Exception failure) when (failure is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                // The one place where anything an agent throws is caught: it may cost its own exception a stage, never another's.
                error = Describe(failure, stage);
                Log.StageFailed(logger, failure, stage.Key(), current.Record.ExceptionId.Value, error.Code, attempt);
            }
        }

        current.Fail(stage, error!, at);
        Hook(stage, current, hook => hook.OnFailure(stage.Agent(), error!));
        return null;
    }

    private AgentMessage Message(ExceptionCase current, DateTimeOffset at)
    {
        // A scope of its own: an attempt that was given up may still be running on the one before.
        RecordActivation scope = new(current.Policy.Calendars);
        scope.Show(current.Record, at);
        AgentMessage message = new()
        {
            Arrival = current.Arrival,
            Exception = current.Record,
            PriorOutputs = current.Decisions,
            Policy = current.Policy,
            Playbooks = current.Playbooks,
            Now = at,
            Mode = options.Mode,
            HasMemory = source is not null,
            Scope = scope,
        };
        message.Remember(current.LastMessage);
        current.LastMessage = message;
        return message;
    }

    // With nothing to ask, a stage is one call: no task, no timer.
    private ValueTask<StageOutcome> AttemptAsync(IStageAgent agent, AgentMessage message, CancellationToken cancellationToken)
    {
        IReadOnlyList<EvidenceRequest> requests = agent.Ask(message, []);
        return requests.Count == 0
            ? new ValueTask<StageOutcome>(new StageOutcome(agent.Decide(message, []), []))
            : new ValueTask<StageOutcome>(runtime.WithinAsync(options.StageTimeout, token => GatherAsync(agent, message, requests, token), cancellationToken));
    }

    private async Task<StageOutcome> GatherAsync(IStageAgent agent, AgentMessage message, IReadOnlyList<EvidenceRequest> requests, CancellationToken cancellationToken)
    {
        List<Evidence> evidence = [];
        for (int round = 1; requests.Count > 0; round++)
        {
            Task<EvidenceAnswer>[] answers = [.. requests.Select(request => AnswerAsync(agent.Stage, request, message, cancellationToken))];
            for (int i = 0; i < answers.Length; i++)
            {
                evidence.Add(new Evidence(requests[i], await answers[i]));
            }

            requests = round < EvidenceRounds ? agent.Ask(message, evidence) : [];
        }

        return new StageOutcome(agent.Decide(message, evidence), evidence);
    }

    // An agent that answers for another stage, with another stage's findings or with a confidence that is none, has failed; the
    // rest may rely on all three. NaN would pass every threshold, since no comparison with it holds.
    private static void Check(AgentDecision? decision, Stage stage)
    {
        bool sound = decision is { Confidence: >= 0 and <= 1 } && decision.Stage == stage && (stage, decision.Details) switch
        {
            (Stage.Intake, StageDetails.Intake) or (Stage.Triage, StageDetails.Triage) or (Stage.Policy, StageDetails.Policy) => true,
            (Stage.SupervisorPolicy or Stage.SupervisorResolution, StageDetails.Oversight) => true,
            (Stage.Resolution, StageDetails.Resolution) or (Stage.Feedback, StageDetails.Feedback) => true,
            _ => false,
        };
        if (!sound)
        {
            throw new InvalidOperationException($"The agent of {stage.Key()} gave no decision of that stage.");
        }
    }

    private async Task<EvidenceAnswer> AnswerAsync(Stage stage, EvidenceRequest request, AgentMessage message, CancellationToken cancellationToken)
    {
        if (source is null)
        {
            return new EvidenceAnswer.Unavailable("not_configured");
        }

        try
        {
            return await source.AnswerAsync(request, message, cancellationToken);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            // The reason becomes part of the decision, so it is one word of EX-MODEL-10 and names no library or database.
            Log.EvidenceUnavailable(logger, failure, stage.Key(), message.Exception.ExceptionId.Value);
            return new EvidenceAnswer.Unavailable(failure is OperationCanceledException or TimeoutException ? "timeout" : "provider_error");
        }
    }

    private static ReeveError Describe(Exception failure, Stage stage) => failure switch
    {
        ReeveException known => known.Error,
        TimeoutException => new ReeveError(ErrorCatalogue.Pipeline.StageTimedOut, $"The stage {stage.Key()} did not finish in time.", stage.Key()),
        _ => new ReeveError(ErrorCatalogue.Pipeline.StageFailed, $"The stage {stage.Key()} failed: {failure.GetType().Name}.", stage.Key()),
    };

    private void Hook(Stage stage, ExceptionCase current, Action<IPipelineHook> call)
    {
        for (int i = 0; i < hooks.Count; i++)
        {
            try
            {
                call(hooks[i]);
            }
            catch (Exception failure)
            {
                Log.HookFailed(logger, failure, stage.Key(), current.Record.ExceptionId.Value);
            }
        }
    }

    internal static IStageAgent[] InOrder(IEnumerable<IStageAgent> agents)
    {
        IStageAgent[] ordered = new IStageAgent[StageCount];
        foreach (IStageAgent agent in agents)
        {
            ordered[(int)agent.Stage] = agent;
        }

        int missing = Array.FindIndex(ordered, agent => agent is null);
        return missing < 0 ? ordered : throw new ArgumentException($"There is no agent for the stage {((Stage)missing).Key()}.", nameof(agents));
    }
}
