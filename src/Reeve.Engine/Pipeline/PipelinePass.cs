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

    /// <summary>Decides to the end; null when the journal says that somebody else has the pass.</summary>
    internal async ValueTask<ExceptionCase?> DecideAsync(ExceptionCase current, PassStart start, CancellationToken cancellationToken)
    {
        RecordedSteps recorded = new(start.Recorded);
        ReeveError? stopped = start.Stopped;
        int retriaged = 0;
        Stage? stage = Stage.Intake;
        while (stage is { } now)
        {
            bool isRecorded = recorded.TryTake(now, out RecordedStage? found);
            DateTimeOffset at = found?.At ?? TimeText.ToMicroseconds(start.Now ?? runtime.Clock.GetUtcNow());
            PassStep? step = isRecorded ? Again(found!, current, start) // not null: it was taken
                : recorded.IsAtEnd && stopped is not null ? new PassStep { Stage = now, At = at, Error = stopped }
                : recorded.IsAtEnd || !start.MustAgree ? await DecideStageAsync(now, current, at, start, cancellationToken)
                : Diverged(now, at);
            if (step is null)
            {
                return null;
            }

            stopped = ReferenceEquals(step.Error, stopped) ? null : stopped;

            if (step.Error is not null)
            {
                current.Fail(step);
                recorded.KeepWhile(step.IsRecorded);
                stage = now == Stage.Feedback ? null : Stage.Feedback;
            }
            else
            {
                current.Take(step);
                StageRoute route = StageRoute.After(step.Decision!, current); // not null: it did not fail
                if (route.Next == Stage.Triage && now != Stage.Intake && ++retriaged > current.Settings.RetriageLimit)
                {
                    current.Fail(Circle(now, step.At, retriaged, current, recorded.TryTakeFailure(now, ErrorCatalogue.Pipeline.Loop)));
                    route = new StageRoute(Stage.Feedback, null);
                }

                if (route.Status is { } status)
                {
                    current.SetStatus(status);
                }

                stage = route.Next;
            }

            if (stage is not null && !current.Steps[^1].IsRecorded && start.Journal is { } journal && !await journal.AfterStageAsync(current, cancellationToken))
            {
                return null;
            }
        }

        return current;
    }

    private static PassStep Circle(Stage stage, DateTimeOffset at, int times, ExceptionCase current, bool isRecorded) => new()
    {
        Stage = stage,
        At = at,
        Error = new ReeveError(ErrorCatalogue.Pipeline.Loop, $"Sent back to Triage {times} times; {current.Settings.RetriageLimit} is the limit."),
        IsRecorded = isRecorded,
    };

    // From the evidence and the time on record: nobody is asked, and nobody is told who was told before.
    private PassStep Again(RecordedStage recorded, ExceptionCase current, PassStart start)
    {
        PassStep step = new() { Stage = recorded.Stage, At = recorded.At, Error = recorded.Error, Evidence = recorded.Evidence, IsRecorded = true };
        if (recorded.Error is not null)
        {
            return step;
        }

        IStageAgent agent = agents[(int)recorded.Stage];
        try
        {
            AgentDecision decision = Taken(agent.Decide(Message(current, recorded.At), recorded.Evidence), recorded.Stage);
            return start.MustAgree && !DecisionDocument.Render(decision).AsSpan().SequenceEqual(recorded.Decision.Span)
                ? Diverged(recorded.Stage, recorded.At)
                : step with { Decision = decision };
        }
        catch (Exception failure)
        {
            // As below: whatever an agent throws costs its own exception a stage.
            ReeveError error = Describe(failure, recorded.Stage);
            Log.StageFailed(logger, failure, recorded.Stage.Key(), current.Record.ExceptionId.Value, error.Code, 1);
            return start.MustAgree ? Diverged(recorded.Stage, recorded.At) : step with { Error = error };
        }
    }

    private static PassStep Diverged(Stage stage, DateTimeOffset at) => new()
    {
        Stage = stage,
        At = at,
        Error = new ReeveError(ErrorCatalogue.Pipeline.Diverged, $"The stage {stage.Key()} decides otherwise than it did before the pass was interrupted.", stage.Key()),
    };

    private async ValueTask<PassStep?> DecideStageAsync(Stage stage, ExceptionCase current, DateTimeOffset at, PassStart start, CancellationToken cancellationToken)
    {
        IStageAgent agent = agents[(int)stage];
        AgentMessage message = Message(current, at);
        Tell(stage, current, message, static (hook, name, told) => hook.BeforeStage(name, told));
        PassStep? failed = null;
        for (int attempt = 1; attempt <= options.StageRetries + 1; attempt++)
        {
            message = attempt == 1 ? message : Message(current, at);
            IReadOnlyList<EvidenceRequest> requests = FirstRequests(agent, message, out Exception? failure);
            GatheredEvidence? gathered = requests.Count == 0 ? null : new();
            if (gathered is not null && Source(current) is not null && start.Journal is { } journal && !await journal.BeforeFetchingAsync(current, cancellationToken))
            {
                return null;
            }

            AgentDecision? decision = null;
            if (failure is null)
            {
                (decision, failure) = await AttemptAsync(agent, message, requests, gathered, current, cancellationToken);
            }

            if (decision is not null)
            {
                Tell(stage, current, decision, static (hook, name, told) => hook.AfterStage(name, told));
                return new PassStep { Stage = stage, At = at, Decision = decision, Evidence = gathered?.Known() ?? [] };
            }

            ReeveError error = Describe(failure!, stage); // not null: there is no decision
            failed = new PassStep { Stage = stage, At = at, Error = error, Evidence = gathered?.Known() ?? [] };
            Log.StageFailed(logger, failure!, stage.Key(), current.Record.ExceptionId.Value, error.Code, attempt);
        }

        Tell(stage, current, failed!.Error!, static (hook, name, told) => hook.OnFailure(name, told)); // not null: no attempt succeeded
        return failed;
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
            Mode = current.Settings.Mode,
            HasMemory = current.Settings.HasMemory,
            Scope = scope,
        };
        message.Remember(current.LastMessage);
        current.LastMessage = message;
        return message;
    }

    private IEvidenceSource? Source(ExceptionCase current) => current.Settings.HasMemory ? source : null;

    // Asking is pure, so whether something must be fetched is known before anything is.
    private static IReadOnlyList<EvidenceRequest> FirstRequests(IStageAgent agent, AgentMessage message, out Exception? failure)
    {
        try
        {
            failure = null;
            return agent.Ask(message, []);
        }
        catch (Exception thrown)
        {
            failure = thrown;
            return [];
        }
    }

    // The one place where anything an agent throws while it decides is caught: it may cost its own exception a stage, never
    // another's. With nothing to ask, a stage is one call: no task, no timer.
    private async ValueTask<(AgentDecision? Decision, Exception? Failure)> AttemptAsync(
        IStageAgent agent, AgentMessage message, IReadOnlyList<EvidenceRequest> requests, GatheredEvidence? gathered, ExceptionCase current, CancellationToken cancellationToken)
    {
        try
        {
            AgentDecision decision = gathered is null
                ? agent.Decide(message, [])
                : await runtime.WithinAsync(options.StageTimeout, token => GatherAsync(agent, message, requests, gathered, Source(current), token), cancellationToken);
            return (Taken(decision, agent.Stage), null);
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            return (null, failure);
        }
    }

    private async Task<AgentDecision> GatherAsync(
        IStageAgent agent, AgentMessage message, IReadOnlyList<EvidenceRequest> requests, GatheredEvidence gathered, IEvidenceSource? asked, CancellationToken cancellationToken)
    {
        for (int round = 1; requests.Count > 0; round++)
        {
            Task[] answers = [.. requests.Select(request => AnswerAsync(gathered.Ask(request), request))];
            await Task.WhenAll(answers);
            requests = round < EvidenceRounds ? agent.Ask(message, gathered.Known()) : [];
        }

        return agent.Decide(message, gathered.Known());

        async Task AnswerAsync(int place, EvidenceRequest request) =>
            gathered.Answer(place, GatheredEvidence.Rounded(await this.AnswerAsync(agent.Stage, request, message, asked, cancellationToken)));
    }

    // What is taken over is checked, and rounded before anything downstream compares it: so a replay compares the same figures.
    private static AgentDecision Taken(AgentDecision? decision, Stage stage)
    {
        Check(decision, stage);
        return GatheredEvidence.Rounded(decision!); // not null: it was checked
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

    private async Task<EvidenceAnswer> AnswerAsync(
        Stage stage, EvidenceRequest request, AgentMessage message, IEvidenceSource? asked, CancellationToken cancellationToken)
    {
        if (asked is null)
        {
            return new EvidenceAnswer.Unavailable("not_configured");
        }

        try
        {
            return await asked.AnswerAsync(request, message, cancellationToken);
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

    private void Tell<T>(Stage stage, ExceptionCase current, T what, Action<IPipelineHook, string, T> tell)
    {
        for (int i = 0; i < hooks.Count; i++)
        {
            try
            {
                tell(hooks[i], stage.Agent(), what);
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
