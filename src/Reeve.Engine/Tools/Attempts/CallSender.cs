using System.Globalization;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;
using Reeve.Core.Errors;
using Reeve.Core.Records;
using Reeve.Core.Schemas;
using Reeve.Core.Values;
using Reeve.Engine.Tools.Breakers;
using Reeve.Engine.Tools.Executions;
using Reeve.Engine.Tools.Kinds;

namespace Reeve.Engine.Tools.Attempts;

/// <summary>Sends a call: attempt after attempt, with pauses, until one of them ends it (EX-TOOL-5). What is recorded, and who may, is not its business. Thread-safe.</summary>
public sealed class CallSender
{
    /// <summary>How long a kind may take to let go of an attempt whose time is over, before it is given up without its word.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private const int ShownProblems = 5;

    private readonly ToolBreakers breakers;
    private readonly TimeProvider clock;
    private readonly Func<double> chance;
    private readonly ILogger logger;
    private readonly ResiliencePipeline<Made> attempts;

    /// <summary>Makes it.</summary>
    /// <param name="breakers">The breakers.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="chance">Numbers from 0 to 1, the latter excluded, for the jitter of pauses.</param>
    /// <param name="logger">Where kinds that break their word are told of.</param>
    public CallSender(ToolBreakers breakers, TimeProvider clock, Func<double> chance, ILogger logger)
    {
        this.breakers = breakers;
        this.clock = clock;
        this.chance = chance;
        this.logger = logger;

        // The rules say whether and when; Polly goes round and waits. A time limit is a token here and no strategy: when it is over a kind still says what became of the attempt.
        attempts = new ResiliencePipelineBuilder<Made> { TimeProvider = clock }
            .AddRetry(new RetryStrategyOptions<Made>
            {
                MaxRetryAttempts = int.MaxValue,
                ShouldHandle = static arguments => ValueTask.FromResult(arguments.Outcome is { Exception: null, Result.Next: AfterAttempt.Retry }),
                DelayGenerator = static arguments => ValueTask.FromResult<TimeSpan?>(arguments.Outcome.Result.Pause),
            })
            .Build();
    }

    /// <summary>How long sending a call takes at most, with all its attempts and pauses.</summary>
    /// <param name="timeout">The tool's time-out.</param>
    /// <param name="retries">How many attempts may follow the first.</param>
    public static TimeSpan Longest(TimeSpan timeout, int retries) => Pauses.All(timeout + Grace, retries);

    /// <summary>Sends a call.</summary>
    /// <param name="order">The call. Its first pass is spent, or given back, when this ends.</param>
    /// <param name="giveUp">Ends it before an attempt is sent, and during pauses; what is on its way is waited for.</param>
    /// <exception cref="OperationCanceledException">It was given up.</exception>
    public async Task<SendEnd> SendAsync(SendOrder order, CancellationToken giveUp)
    {
        Sending sending = new(this, order);
        ResilienceContext context = ResilienceContextPool.Shared.Get(giveUp);
        try
        {
            Made last = await attempts.ExecuteAsync(static (context, sending) => sending.Sender.TryAsync(sending, context.CancellationToken), context, sending);
            return new SendEnd(EndOf(sending, last), last.KeptBack, sending.MayHaveRun);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
            order.First.Dispose();
        }
    }

    private static CallEnd EndOf(Sending sending, Made last) => last.Next switch
    {
        AfterAttempt.Succeed => new CallEnd.Succeeded(last.Output, sending.Records),
        AfterAttempt.EndUnknown => new CallEnd.Unknown(last.Error!, sending.Records), // not null: only an answer has none
        _ => new CallEnd.Failed(last.Error!, last.Next == AfterAttempt.FailHappened, last.Output, sending.Records),
    };

    private async ValueTask<Made> TryAsync(Sending sending, CancellationToken giveUp)
    {
        giveUp.ThrowIfCancellationRequested();
        SendOrder order = sending.Order;
        if (await PassAsync(sending, giveUp) is not { } pass)
        {
            // The breaker opened meanwhile: what the last attempt met is how the call ends.
            Made last = sending.Last!.Value; // not null: the first attempt brings its pass
            return last with { Next = AttemptRules.After(last.Outcome, isTransient: true, sending.Situation(mayRetry: false)) };
        }

        using (pass)
        {
            int number = sending.Records.Count + 1;
            DateTimeOffset at = clock.GetUtcNow();
            long began = clock.GetTimestamp();
            SendingGuard guard = new(order, pass, giveUp);
            AttemptResult result = await ResultAsync(order, number, guard, giveUp);
            TimeSpan took = clock.GetElapsedTime(began);
            Made made = Read(order, result, guard.KeptBack);
            bool isTransient = made.KeptBack is null && made.Error?.IsTransient == true;
            BreakerState? state = await pass.ReportAsync(made.KeptBack is null ? AttemptRules.Sign(made.Outcome, isTransient) : ToolSign.None);
            if (made.KeptBack is null)
            {
                sending.Records.Add(new AttemptRecord(number, TimeText.ToMicroseconds(at), took, made.Outcome, made.Error?.Code, state));
            }

            bool mayRetry = number <= order.Retries && state is not BreakerState.Open;
            made = made with { Next = AttemptRules.After(made.Outcome, isTransient, sending.Situation(mayRetry)) };
            if (made.Next == AfterAttempt.Retry)
            {
                made = made with { Pause = Pauses.After(number, (result as AttemptResult.NotRun)?.RetryAfter, chance()) };
            }

            sending.MayHaveRun |= made.Outcome == AttemptOutcome.Unclear;
            sending.Last = made;
            return made;
        }
    }

    private async ValueTask<BreakerPass?> PassAsync(Sending sending, CancellationToken giveUp)
    {
        if (sending.Last is null)
        {
            return sending.Order.First;
        }

        try
        {
            return await breakers.EnterAsync(sending.Order.Breaker, giveUp);
        }
        catch (ReeveException fault)
        {
            // What cannot be asked lets nothing through.
            Log.BreakerUnreadable(logger, fault, sending.Order.Tool.Name.Value);
            return null;
        }
    }

    private async ValueTask<AttemptResult> ResultAsync(SendOrder order, int number, SendingGuard guard, CancellationToken giveUp)
    {
        using CancellationTokenSource time = new(order.Tool.Timeout, clock);
        try
        {
            ValueTask<AttemptResult> trying = order.Kind.TryAsync(
                new Attempt
                {
                    TenantId = order.TenantId,
                    Tool = order.Tool,
                    Arguments = order.Arguments,
                    IdempotencyKey = order.Id.ToString(),
                    Number = number,
                    BeforeSending = guard.AskAsync,
                },
                time.Token);
            return trying.IsCompleted ? await trying : await trying.AsTask().WaitAsync(order.Tool.Timeout + Grace, clock, CancellationToken.None);
        }
        catch (OperationCanceledException) when (giveUp.IsCancellationRequested && !guard.IsSent)
        {
            guard.Close();
            throw;
        }
        catch (Exception fault)
        {
            bool isSent = guard.Close();
            bool isLate = time.IsCancellationRequested;
            if (fault is TimeoutException || (fault is OperationCanceledException ? isSent : true))
            {
                Log.KindBrokeItsWord(logger, fault, order.Tool.Name.Value, order.Tool.Type);
            }

            return (isSent, isLate) switch
            {
                (true, true) => new AttemptResult.Unclear(new ReeveError(ErrorCatalogue.Tools.TimedOut, $"There was no answer within {Seconds(order.Tool.Timeout)}.")),
                (true, false) => new AttemptResult.Unclear(new ReeveError(ErrorCatalogue.Tools.Broken, $"The call broke off ({fault.GetType().Name}).")),
                (false, true) => new AttemptResult.NotRun(
                    new ReeveError(ErrorCatalogue.Tools.NotReached, $"It could not be sent within {Seconds(order.Tool.Timeout)}."), RetryAfter: null),
                (false, false) => new AttemptResult.NotRun(new ReeveError(ErrorCatalogue.Tools.NotReached, $"It could not be sent ({fault.GetType().Name})."), RetryAfter: null),
            };
        }
    }

    private static Made Read(SendOrder order, AttemptResult result, ReeveError? keptBack) => (result, keptBack) switch
    {
        (_, { } kept) => new Made(AttemptOutcome.NotRun, Value.Null, kept, kept),
        (AttemptResult.NotRun notRun, _) => new Made(AttemptOutcome.NotRun, Value.Null, notRun.Error, null),
        (AttemptResult.Refused refused, _) => new Made(AttemptOutcome.Refused, refused.Answer, refused.Error, null),
        (AttemptResult.Unclear unclear, _) => new Made(AttemptOutcome.Unclear, Value.Null, unclear.Error, null),
        (AttemptResult.Useless useless, _) => new Made(AttemptOutcome.Useless, Value.Null, useless.Error, null),
        (AttemptResult.Answered { Output: var output }, _) => BadOutput(order, output) is { } error
            ? new Made(AttemptOutcome.Useless, output, error, null)
            : new Made(AttemptOutcome.Answered, output, null, null),
        _ => throw new ArgumentOutOfRangeException(nameof(result), result, "There is no such result."),
    };

    private static ReeveError? BadOutput(SendOrder order, Value output)
    {
        if (order.Tool.OutputSchema?.Validate(output) is not { Count: > 0 } problems)
        {
            return null;
        }

        string shown = string.Join(' ', problems.Take(ShownProblems).Select(static problem => $"'{Pointer(problem)}': {problem.Message}"));
        return new ReeveError(ErrorCatalogue.Tools.BadOutput, $"Its answer breaks the output schema at {problems.Count} places. {shown}", Pointer(problems[0]));
    }

    private static string Pointer(SchemaProblem problem) => problem.InstancePointer.Length == 0 ? "/" : problem.InstancePointer;

    private static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.###} s");

    // What came of an attempt, and what follows.
    private readonly record struct Made(AttemptOutcome Outcome, Value Output, ReeveError? Error, ReeveError? KeptBack)
    {
        internal AfterAttempt Next { get; init; }

        internal TimeSpan Pause { get; init; }
    }

    // A call on its way.
    private sealed class Sending(CallSender sender, SendOrder order)
    {
        internal CallSender Sender => sender;

        internal SendOrder Order => order;

        internal List<AttemptRecord> Records { get; } = [];

        internal bool MayHaveRun { get; set; } = order.MayHaveRun;

        internal Made? Last { get; set; }

        internal AttemptSituation Situation(bool mayRetry) => new(order.Tool.Effect, order.Tool.Idempotent, MayHaveRun, mayRetry);
    }
}
