using Reeve.Core.Decisions;
using Reeve.Core.Expressions;
using Reeve.Core.Packs;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Playbooks;
using Reeve.Engine.Playbooks.Driving;

namespace Reeve.Tests.Playbooks;

/// <summary>What is next of a plan that runs, case by case and for any playbook.</summary>
public sealed class PlanCourseTests
{
    private const int Seed = 20_261_120;

    private static readonly PartStatus[] Ends = [PartStatus.Success, PartStatus.Failed, PartStatus.FailedAfterEffect, PartStatus.Unknown, PartStatus.NeedsApproval];

    [Fact]
    public void Steps_come_one_after_the_other_and_then_it_is_resolved()
    {
        PlanCourse course = Course(Bench.Step("repair", """{"orderId":"1"}"""), Bench.Step("repair", """{"orderId":"2"}"""));

        Told(course, []).ShouldBe("call 1/step");
        Told(course, [("1/step", PartStatus.Success)]).ShouldBe("call 2/step");
        Told(course, [("1/step", PartStatus.Success), ("2/step", PartStatus.Success)]).ShouldBe("end RESOLVED");
    }

    [Theory]
    [InlineData(PartStatus.Failed, "call 1/fallback:1")]
    [InlineData(PartStatus.FailedAfterEffect, "end ESCALATED, not undone 1")]
    [InlineData(PartStatus.Unknown, "wait Outcome 1/step")]
    [InlineData(PartStatus.NeedsApproval, "wait Approval 1/step")]
    [InlineData(PartStatus.Approved, "call 1/step")]
    [InlineData(PartStatus.Skipped, "end RESOLVED")]
    [InlineData(PartStatus.Left, "wait Person 1/step")]
    public void What_became_of_a_step_says_what_is_next(PartStatus status, string next) =>
        Told(Course(Bench.Step("repair", """{"orderId":"1"}""") with { Fallback = Bench.Step("getLines", """{"orderId":"1"}""") }), [("1/step", status)]).ShouldBe(next);

    [Fact]
    public void What_is_sure_to_fail_is_not_begun()
    {
        PlanCourse course = Course(Bench.Step("repair", """{"orderId":"1"}"""), Bench.Step("move", """{"from":"a","to":"b","amount":"much"}"""));

        CourseMove.End end = course.Next(new Dictionary<PartKey, PartProgress>()).ShouldBeOfType<CourseMove.End>();
        (end.Status, end.Reason.Contains("nothing was begun", StringComparison.Ordinal)).ShouldBe((ResolutionStatus.Escalated, true));
    }

    [Fact]
    public void Undo_goes_backwards_over_what_had_an_effect_and_names_what_it_could_not()
    {
        StepRollback undo = new(new ToolName("move"), (ObjectMap)JsonText.Parse("""{"from":"b","to":"a"}""").AsMap());
        PlanCourse course = Course(
            Bench.Step("repair", """{"orderId":"1"}""") with { Rollback = undo }, Bench.Step("getOrder", """{"orderId":"1"}"""), Bench.Step("repair", """{"orderId":"3"}"""),
            Bench.Step("repair", """{"orderId":"4"}""") with { Rollback = undo }, Bench.Step("repair", """{"orderId":"5"}"""));
        List<(string, PartStatus)> done = [("1/step", PartStatus.Success), ("2/step", PartStatus.Success), ("3/step", PartStatus.Success), ("4/step", PartStatus.Success), ("5/step", PartStatus.Failed)];

        Told(course, done).ShouldBe("call 4/rollback");
        Told(course, [.. done, ("4/rollback", PartStatus.Failed)]).ShouldBe("call 1/rollback");
        Told(course, [.. done, ("4/rollback", PartStatus.Failed), ("1/rollback", PartStatus.Success)]).ShouldBe("end ESCALATED, not undone 4,3");
    }

    [Fact]
    public void What_a_person_did_by_hand_is_not_undone_by_itself()
    {
        StepRollback undo = new(new ToolName("move"), (ObjectMap)JsonText.Parse("""{"from":"b","to":"a"}""").AsMap());
        PlanCourse course = Course(Bench.Step("repair", """{"orderId":"1"}""") with { Rollback = undo }, Bench.Step("repair", """{"orderId":"2"}"""));
        Dictionary<PartKey, PartProgress> progress = Progress([("1/step", PartStatus.Success), ("2/step", PartStatus.Failed)]);
        progress[new PartKey(1, PartKey.Step)] = progress[new PartKey(1, PartKey.Step)] with { IsByHand = true };

        Told(course.Next(progress)).ShouldBe("end ESCALATED, not undone 1");
    }

    [Fact]
    public void Success_is_judged_when_people_have_done_their_part_too()
    {
        PlanCourse course = Course(with => with with { SuccessCriteria = [new SuccessCriterion { Text = "A sentence." }] }, Bench.Step("Ring the customer."), Bench.Step("repair", """{"orderId":"1"}"""));

        Told(course, []).ShouldBe("skip 1/step");
        Told(course, [("1/step", PartStatus.Left), ("2/step", PartStatus.Success)]).ShouldBe("wait Person 1/step");
        Told(course, [("1/step", PartStatus.Success), ("2/step", PartStatus.Success)]).ShouldBe("wait Criterion 1/criterion");
        Told(course, [("1/step", PartStatus.Success), ("2/step", PartStatus.Success), ("1/criterion", PartStatus.Success)]).ShouldBe("end RESOLVED");
    }

    [Fact]
    public void An_approved_check_of_success_is_made_and_not_taken_to_be_met()
    {
        SuccessCriterion check = new() { Text = "getLines", Tool = new ToolName("getLines"), Parameters = (ObjectMap)JsonText.Parse("""{"orderId":"1"}""").AsMap() };
        PlanCourse course = Course(with => with with { SuccessCriteria = [check] }, Bench.Step("repair", """{"orderId":"1"}"""));

        Told(course, [("1/step", PartStatus.Success), ("1/criterion", PartStatus.NeedsApproval)]).ShouldBe("wait Approval 1/criterion");
        Told(course, [("1/step", PartStatus.Success), ("1/criterion", PartStatus.Approved)]).ShouldBe("call 1/criterion");
        Told(course, [("1/step", PartStatus.Success), ("1/criterion", PartStatus.Failed)]).ShouldBe("end ESCALATED");
    }

    [Fact]
    public void An_answer_that_is_not_known_whole_is_not_sent_on()
    {
        PlanCourse course = Course(Bench.Step("getOrder", """{"orderId":"1"}""", "a"), Bench.Step("repair", """{"orderId":"{steps.a.output.orderRef}"}""", "b"));
        Dictionary<PartKey, PartProgress> progress = new() { [new PartKey(1, PartKey.Step)] = new PartProgress(PartStatus.Success, Value.Of(ObjectMap.Of(("orderRef", Value.Of("R1"))))) };

        course.Next(progress).ShouldBeOfType<CourseMove.Call>().Arguments["orderId"].AsString().ShouldBe("R1");
        progress[new PartKey(1, PartKey.Step)] = progress[new PartKey(1, PartKey.Step)] with { IsExact = false };
        Told(course.Next(progress)).ShouldBe("wait Person 2/step");
    }

    [Fact]
    public void Any_plan_ends_or_waits_does_nothing_twice_and_after_a_failure_falls_back_and_undoes_backwards()
    {
        Random random = new(Seed);
        Dictionary<string, int> reached = [];
        for (int i = 0; i < 3_000; i++)
        {
            string at = $"seed {Seed}, case {i}";
            PlanCourse course = Course([.. Enumerable.Range(0, random.Next(1, 5)).Select(n => Step(random, 2, $"{n}"))]);
            Dictionary<PartKey, PartProgress> progress = [];
            List<PartKey> called = [];
            List<(PartKey Key, PlanStep Step)> effects = [];
            List<PartKey> undone = [];
            int failedAt = 0;
            CourseMove move = course.Next(progress);
            for (int turn = 0; move is not (CourseMove.End or CourseMove.Wait); turn++)
            {
                turn.ShouldBeLessThan(200, at);
                Told(course.Next(new Dictionary<PartKey, PartProgress>(progress))).ShouldBe(Told(move), at);
                PartKey key = Key(move);
                PartStatus came = move is CourseMove.Skip skip ? skip.Step.IsConditionFalse ? PartStatus.Skipped : PartStatus.Left
                    : move is CourseMove.Fail ? PartStatus.Failed
                    : move is CourseMove.Act ? PartStatus.Success
                    : Ends[random.Next(6) is var drawn && drawn > 4 ? 0 : random.Next(3) == 0 ? drawn : 0];
                if (move is CourseMove.Call { Step: { } step })
                {
                    called.ShouldNotContain(key, at);
                    called.Add(key);
                    if (key.Kind == Core.Calls.StepPart.Rollback)
                    {
                        undone.Add(key);
                    }
                    else
                    {
                        undone.ShouldBeEmpty(at + ": nothing new runs once it undoes");
                        (failedAt == 0 || key.Place > failedAt || key.Kind == Core.Calls.StepPart.Fallback).ShouldBeTrue(at);
                        if (step.Effect == ToolEffect.Write && came is PartStatus.Success or PartStatus.FailedAfterEffect && step.Effect == ToolEffect.Write)
                        {
                            effects.Add((key, step));
                        }
                    }
                }

                failedAt = came is PartStatus.Failed or PartStatus.FailedAfterEffect && key.Kind != Core.Calls.StepPart.Rollback ? Math.Max(failedAt, key.Place) : failedAt;
                progress[key] = new PartProgress(came, Value.Null);
                move = course.Next(progress);
            }

            if (undone.Count > 0)
            {
                PartKey[] expected = [.. effects.AsEnumerable().Reverse().Select(effect => Undo(effect.Key))];
                string.Join(',', undone).ShouldBe(string.Join(',', expected.Where(undone.Contains)), at + ": backwards, and of what had an effect alone");
                move.ShouldSatisfyAllConditions(() => (move is CourseMove.Wait or CourseMove.End { Status: ResolutionStatus.Escalated }).ShouldBeTrue(at));
            }

            if (move is CourseMove.End { Status: ResolutionStatus.Escalated } end && progress.Count > 0)
            {
                string[] standing = [.. effects.Where(effect => progress.GetValueOrDefault(Undo(effect.Key))?.Status != PartStatus.Success).Select(effect => effect.Step.StepId.Value).Order(StringComparer.Ordinal)];
                string.Join(',', end.NotUndone.Select(id => id.Value).Order(StringComparer.Ordinal)).ShouldBe(string.Join(',', standing), at);
            }

            string kind = Told(move).Split(' ')[0] + (undone.Count > 0 ? " undone" : "");
            reached[kind] = reached.GetValueOrDefault(kind) + 1;
        }

        reached.ShouldSatisfyAllConditions(() => reached.ShouldContainKey("end"), () => reached.ShouldContainKey("wait"), () => reached.ShouldContainKey("end undone"));
    }

    private static PartKey Undo(PartKey key) => new(key.Place, key.Part == PartKey.Step ? PartKey.Rollback : $"{PartKey.Rollback}:{key.Part.Split(':')[1]}");

    private static PlaybookStep Step(Random random, int depth, string id)
    {
        string tool = random.Next(5) switch { 0 => "getOrder", 1 => "add_comment", _ => "repair" };
        return Bench.Step(random.Next(12) == 0 ? "Ring somebody." : tool, tool == "add_comment" ? """{"text":"x"}""" : """{"orderId":"O"}""", id) with
        {
            RequiresApproval = random.Next(15) == 0,
            Conditional = random.Next(8) == 0 ? Expression.Compile("severity == 'LOW'", ExpressionMode.Condition) : null,
            Fallback = depth > 0 && random.Next(3) == 0 ? Step(random, depth - 1, $"{id}f") : null,
            Rollback = random.Next(2) == 0 ? new StepRollback(new ToolName("repair"), (ObjectMap)JsonText.Parse("""{"orderId":"U"}""").AsMap()) : null,
        };
    }

    private static PlanCourse Course(params PlaybookStep[] steps) => Course(static playbook => playbook, steps);

    private static PlanCourse Course(Func<Playbook, Playbook> with, params PlaybookStep[] steps)
    {
        Playbook playbook = with(Bench.Playbook("p", "CHILD", steps));
        BoundPolicy policy = Bench.Policy(playbook);
        ExceptionRecord record = Bench.Record();
        return new PlanCourse(new PlaybookDesk(policy), policy, playbook, record, Bench.Sees(record));
    }

    private static Dictionary<PartKey, PartProgress> Progress(IEnumerable<(string Key, PartStatus Status)> parts) => parts.ToDictionary(
        part => new PartKey(int.Parse(part.Key.Split('/')[0], System.Globalization.CultureInfo.InvariantCulture), part.Key.Split('/')[1]), part => new PartProgress(part.Status, Value.Null));

    private static string Told(PlanCourse course, IEnumerable<(string Key, PartStatus Status)> parts) => Told(course.Next(Progress(parts)));

    private static PartKey Key(CourseMove move) => move switch
    {
        CourseMove.Call call => call.Part,
        CourseMove.Act act => act.Part,
        CourseMove.Skip skip => skip.Part,
        CourseMove.Fail fail => fail.Part,
        _ => throw new InvalidOperationException(),
    };

    private static string Told(CourseMove move) => move switch
    {
        CourseMove.Wait wait => $"wait {wait.For} {wait.Part}",
        CourseMove.End end => $"end {Wire.Name(end.Status)}" + (end.NotUndone.Count > 0 ? $", not undone {string.Join(',', end.NotUndone)}" : ""),
        _ => $"{move.GetType().Name.ToLowerInvariant()} {Key(move)}",
    };
}
