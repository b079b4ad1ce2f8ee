using Microsoft.Extensions.Logging;
using Reeve.Core.Decisions;
using Reeve.Core.Errors;
using Reeve.Core.Policies;
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
            AgentDecision? decision = await DecideStageAsync(now, current, at, cancellationToken);
            if (decision is null)
            {
                stage = now == Stage.Feedback ? null : Stage.Feedback;
                continue;
            }

            current.Take(decision, at);
            StageRoute route = StageRoute.After(decision, current, options);
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

    private async ValueTask<AgentDecision?> DecideStageAsync(Stage stage, ExceptionCase current, DateTimeOffset at, CancellationToken cancellationToken)
    {
        IStageAgent agent = agents[(int)stage];
        AgentMessage message = Message(current, at);
        Hook(stage, current, hook => hook.BeforeStage(stage.Agent(), message));
        ReeveError? error = null;
        for (int attempt = 1; attempt <= options.StageRetries + 1; attempt++)
        {
            try
            {
                AgentDecision decision = await AttemptAsync(agent, message, cancellationToken);
                Hook(stage, current, hook => hook.AfterStage(stage.Agent(), decision));
                return decision;
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
        current.Scope.Show(current.Record, at);
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
            Scope = current.Scope,
        };
        message.Remember(current.LastMessage);
        current.LastMessage = message;
        return message;
    }

    // With nothing to ask, a stage is one call: no task, no timer.
    private ValueTask<AgentDecision> AttemptAsync(IStageAgent agent, AgentMessage message, CancellationToken cancellationToken)
    {
        IReadOnlyList<EvidenceRequest> requests = agent.Ask(message, []);
        return requests.Count == 0
            ? new ValueTask<AgentDecision>(agent.Decide(message, []))
            : new ValueTask<AgentDecision>(runtime.WithinAsync(options.StageTimeout, token => GatherAsync(agent, message, requests, token), cancellationToken));
    }

    private async Task<AgentDecision> GatherAsync(IStageAgent agent, AgentMessage message, IReadOnlyList<EvidenceRequest> requests, CancellationToken cancellationToken)
    {
        List<Evidence> evidence = [];
        for (int round = 0; round < EvidenceRounds && requests.Count > 0; round++)
        {
            Task<EvidenceAnswer>[] answers = [.. requests.Select(request => AnswerAsync(agent.Stage, request, message, cancellationToken))];
            for (int i = 0; i < answers.Length; i++)
            {
                evidence.Add(new Evidence(requests[i], await answers[i]));
            }

            requests = agent.Ask(message, evidence);
        }

        return agent.Decide(message, evidence);
    }

    private async Task<EvidenceAnswer> AnswerAsync(Stage stage, EvidenceRequest request, AgentMessage message, CancellationToken cancellationToken)
    {
        if (source is null)
        {
            return new EvidenceAnswer.Unavailable("nothing is configured that could answer");
        }

        try
        {
            return await source.AnswerAsync(request, message, cancellationToken);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            Log.EvidenceUnavailable(logger, failure, stage.Key(), message.Exception.ExceptionId.Value);
            return new EvidenceAnswer.Unavailable(failure is ReeveException known ? known.Error.Code : failure.GetType().Name);
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
