using Reeve.Core.Records;
using Reeve.Engine.Tools.Attempts;
using Reeve.Engine.Tools.Breakers;
using Reeve.Engine.Tools.Executions;

namespace Reeve.Tests.Tools.Attempts;

/// <summary>The table of EX-TOOL-5, row by row and by what must hold in all of it.</summary>
public sealed class AttemptRulesTests
{
    private const bool Yes = true;
    private const bool No = false;

    public static TheoryData<AttemptOutcome, bool, ToolEffect, bool, bool, bool> Everything()
    {
        TheoryData<AttemptOutcome, bool, ToolEffect, bool, bool, bool> all = [];
        bool[] both = [false, true];
        foreach (AttemptOutcome outcome in Enum.GetValues<AttemptOutcome>())
        {
            foreach (ToolEffect effect in Enum.GetValues<ToolEffect>())
            {
                foreach (bool transient in both)
                {
                    foreach (bool idempotent in both)
                    {
                        foreach (bool mayHaveRun in both)
                        {
                            foreach (bool mayRetry in both)
                            {
                                all.Add(outcome, transient, effect, idempotent, mayHaveRun, mayRetry);
                            }
                        }
                    }
                }
            }
        }

        return all;
    }

    [Theory]
    [InlineData(AttemptOutcome.Answered, Yes, ToolEffect.Write, No, AfterAttempt.Succeed)]
    [InlineData(AttemptOutcome.NotRun, Yes, ToolEffect.Write, No, AfterAttempt.Retry)]
    [InlineData(AttemptOutcome.NotRun, Yes, ToolEffect.Write, Yes, AfterAttempt.Retry)]
    [InlineData(AttemptOutcome.NotRun, Yes, ToolEffect.Read, No, AfterAttempt.Retry)]
    [InlineData(AttemptOutcome.NotRun, No, ToolEffect.Write, Yes, AfterAttempt.Fail)]
    [InlineData(AttemptOutcome.NotRun, No, ToolEffect.Read, No, AfterAttempt.Fail)]
    [InlineData(AttemptOutcome.Refused, Yes, ToolEffect.Write, Yes, AfterAttempt.Fail)]
    [InlineData(AttemptOutcome.Refused, Yes, ToolEffect.Read, No, AfterAttempt.Fail)]
    [InlineData(AttemptOutcome.Unclear, Yes, ToolEffect.Write, No, AfterAttempt.EndUnknown)]
    [InlineData(AttemptOutcome.Unclear, Yes, ToolEffect.Write, Yes, AfterAttempt.Retry)]
    [InlineData(AttemptOutcome.Unclear, Yes, ToolEffect.Read, No, AfterAttempt.Retry)]
    [InlineData(AttemptOutcome.Useless, Yes, ToolEffect.Write, No, AfterAttempt.FailHappened)]
    [InlineData(AttemptOutcome.Useless, Yes, ToolEffect.Write, Yes, AfterAttempt.FailHappened)]
    [InlineData(AttemptOutcome.Useless, Yes, ToolEffect.Read, No, AfterAttempt.Retry)]
    public void A_first_attempt_with_others_left(AttemptOutcome outcome, bool transient, ToolEffect effect, bool idempotent, AfterAttempt expected) =>
        AttemptRules.After(outcome, transient, new AttemptSituation(effect, idempotent, MayHaveRun: false, MayRetry: true)).ShouldBe(expected);

    [Theory]
    [InlineData(AttemptOutcome.NotRun, ToolEffect.Write, AfterAttempt.Fail, AfterAttempt.EndUnknown)]
    [InlineData(AttemptOutcome.NotRun, ToolEffect.Read, AfterAttempt.Fail, AfterAttempt.Fail)]
    [InlineData(AttemptOutcome.Refused, ToolEffect.Write, AfterAttempt.Fail, AfterAttempt.EndUnknown)]
    [InlineData(AttemptOutcome.Unclear, ToolEffect.Write, AfterAttempt.EndUnknown, AfterAttempt.EndUnknown)]
    [InlineData(AttemptOutcome.Unclear, ToolEffect.Read, AfterAttempt.Fail, AfterAttempt.Fail)]
    [InlineData(AttemptOutcome.Useless, ToolEffect.Write, AfterAttempt.FailHappened, AfterAttempt.FailHappened)]
    [InlineData(AttemptOutcome.Useless, ToolEffect.Read, AfterAttempt.Fail, AfterAttempt.Fail)]
    public void The_last_attempt(AttemptOutcome outcome, ToolEffect effect, AfterAttempt alone, AfterAttempt afterOneThatMayHaveRun)
    {
        AttemptRules.After(outcome, isTransient: true, new AttemptSituation(effect, IsIdempotent: true, MayHaveRun: false, MayRetry: false)).ShouldBe(alone);
        AttemptRules.After(outcome, isTransient: true, new AttemptSituation(effect, IsIdempotent: true, MayHaveRun: true, MayRetry: false)).ShouldBe(afterOneThatMayHaveRun);
    }

    [Theory]
    [MemberData(nameof(Everything))]
    public void No_row_repeats_what_may_have_had_its_effect_nor_forgets_that_it_may_have(
        AttemptOutcome outcome, bool transient, ToolEffect effect, bool idempotent, bool mayHaveRun, bool mayRetry)
    {
        AfterAttempt after = AttemptRules.After(outcome, transient, new AttemptSituation(effect, idempotent, mayHaveRun, mayRetry));
        bool writes = effect == ToolEffect.Write;

        (after == AfterAttempt.Succeed).ShouldBe(outcome == AttemptOutcome.Answered);
        if (after == AfterAttempt.Retry)
        {
            mayRetry.ShouldBeTrue();
            outcome.ShouldNotBe(AttemptOutcome.Refused);
            (writes && !idempotent && outcome != AttemptOutcome.NotRun).ShouldBeFalse();
            (writes && outcome == AttemptOutcome.Useless).ShouldBeFalse();
        }

        if (after == AfterAttempt.Fail && writes)
        {
            mayHaveRun.ShouldBeFalse();
            outcome.ShouldBeOneOf(AttemptOutcome.NotRun, AttemptOutcome.Refused);
        }

        (after is AfterAttempt.EndUnknown or AfterAttempt.FailHappened && !writes).ShouldBeFalse();
    }

    [Theory]
    [InlineData(AttemptOutcome.Answered, Yes, ToolSign.Good)]
    [InlineData(AttemptOutcome.Refused, No, ToolSign.Good)]
    [InlineData(AttemptOutcome.Useless, No, ToolSign.Good)]
    [InlineData(AttemptOutcome.Unclear, No, ToolSign.Bad)]
    [InlineData(AttemptOutcome.NotRun, Yes, ToolSign.Bad)]
    [InlineData(AttemptOutcome.NotRun, No, ToolSign.None)]
    public void What_an_attempt_says_of_its_tool(AttemptOutcome outcome, bool transient, ToolSign expected) => AttemptRules.Sign(outcome, transient).ShouldBe(expected);
}
