using Reeve.Core.Decisions;
using Reeve.Core.Packs;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Playbooks;

namespace Reeve.Tests.Playbooks;

/// <summary>What holds for any playbook and record, however odd.</summary>
public sealed class PlanningProperties
{
    private const int Seed = 20_260_105;

    private static readonly string[] Words =
    [
        "getOrder", "repair", "move(a, 'b')", "openCase('X')", "repair(", "repair(orderId", "nope(x)", "If", "for", "Retry", "{", "}", "{exception.",
        "{exception.orderId}", "{exception.owner}", "{steps.1.output.x}", "{steps.9.output}", "{domain_pack.domain_name}", "'", "\"", "\\", "(", ")", ",",
        "é", "\ud83d\ude00", "move(from=1, to=)", "move(,)", "repair(orderId.x[0].y)", "{{}}", "[0]", "{exception}", "set_status", "notify",
    ];

    private static readonly string[] Actions = ["set_status", "notify", "assign_owner", "add_comment", "invokeTool", "call_tool", "repair", "getOrder", "move", ""];
    private static readonly string[] Keys = ["orderId", "status", "tool_id", "payload", "channel", "queue", "text", "from", "a/b~c", ""];

    [Fact]
    public void Planning_never_throws_and_gives_the_same_plan_again()
    {
        Random random = new(Seed);
        for (int i = 0; i < 5_000; i++)
        {
            Playbook playbook = Any(random);
            ExceptionRecord record = Bench.Record(Object(random, 3), Object(random, 2));
            BoundPolicy policy = Bench.Policy(playbook);
            string once = Show(new PlaybookPlanner(policy).Plan(playbook, record, Bench.Sees(record)));
            string again = Show(new PlaybookPlanner(policy).Plan(playbook, record, Bench.Sees(record)));

            again.ShouldBe(once, $"seed {Seed}, case {i}");
        }
    }

    [Fact]
    public void No_plan_calls_what_the_tenant_may_not_call()
    {
        Random random = new(Seed);
        for (int i = 0; i < 2_000; i++)
        {
            Playbook playbook = Any(random);
            BoundPolicy policy = Bench.Policy(playbook) with
            {
                ApprovedTools = new HashSet<string> { "getOrder", "repair" },
                Guardrails = new Guardrails { BlockLists = new ToolList(["repair"], []) },
            };
            ExceptionRecord record = Bench.Record(Object(random, 3));
            Plan plan = new PlaybookPlanner(policy).Plan(playbook, record, Bench.Sees(record));

            plan.Steps.Where(step => step.Status != StepStatus.Failed && step.Tool is not null)
                .ShouldAllBe(step => step.Tool!.Value.Value == "getOrder", $"seed {Seed}, case {i}");
            if (plan.Steps.Any(step => step.Tool is not null && step.Tool.Value.Value != "getOrder"))
            {
                plan.IsRefused.ShouldBeTrue($"seed {Seed}, case {i}");
            }
        }
    }

    [Fact]
    public void Every_step_is_numbered_and_none_is_lost()
    {
        Random random = new(Seed);
        for (int i = 0; i < 2_000; i++)
        {
            Playbook playbook = Any(random);
            Plan plan = new PlaybookPlanner(Bench.Policy(playbook)).Plan(playbook, Bench.Record(), Bench.Sees(Bench.Record()));

            plan.Steps.Select(step => step.Order).ShouldBe(Enumerable.Range(1, plan.Steps.Count));
            foreach (PlaybookStep step in playbook.Steps)
            {
                plan.Steps.Any(planned => planned.StepId == step.Id || planned.StepId.Value.StartsWith(step.Id.Value + ".", StringComparison.Ordinal))
                    .ShouldBeTrue($"seed {Seed}, case {i}: {step.Action}");
            }
        }
    }

    [Fact]
    public void Selecting_again_or_in_another_order_of_other_playbooks_gives_the_same_playbook()
    {
        Random random = new(Seed);
        for (int i = 0; i < 500; i++)
        {
            Playbook[] playbooks =
            [
                .. Enumerable.Range(0, 6).Select(n => Bench.Playbook($"p{n}", random.Next(4) switch { 0 => "CHILD", 1 => "PARENT", 2 => "CH?LD", _ => "*" }) with
                {
                    Priority = random.Next(3),
                    Version = $"1.{n}.{random.Next(3)}",
                }),
            ];
            string? first = new PlaybookSelector(Bench.Policy(playbooks)).Select(Bench.Record(), Bench.Now).Selected?.Id.Value;
            random.Shuffle(playbooks);

            new PlaybookSelector(Bench.Policy(playbooks)).Select(Bench.Record(), Bench.Now).Selected?.Id.Value.ShouldBe(first, $"seed {Seed}, case {i}");
        }
    }

    [Fact]
    public void Two_tenants_never_see_each_others_playbooks()
    {
        BoundPolicy Of(string tenant)
        {
            BoundPolicy policy = Bench.Policy(
                Bench.Playbook($"{tenant}-own", "CHILD", Bench.Step("Use getOrder")) with { FromTenant = true, Priority = 1 }, Bench.Playbook($"{tenant}-other", "*"));
            return policy with { Policy = policy.Policy with { TenantId = new TenantId(tenant) } };
        }

        PlaybookSelector one = new(Of("one"));
        PlaybookSelector two = new(Of("two"));
        for (int i = 0; i < 3; i++)
        {
            Names(one.Select(Bench.Record(), Bench.Now)).ShouldBe(["one-own", "one-other"]);
            Names(two.Select(Bench.Record(), Bench.Now)).ShouldBe(["two-own", "two-other"]);
        }
    }

    private static string[] Names(Selection selection) =>
        [selection.Selected!.Id.Value, .. selection.Rejected.Select(rejected => rejected.PlaybookId.Value)];

    private static Playbook Any(Random random) => Bench.Playbook("p", "CHILD", [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => Step(random, 2))]);

    private static PlaybookStep Step(Random random, int depth)
    {
        string action = random.Next(2) == 0 ? Actions[random.Next(Actions.Length)] : Text(random);
        return Bench.Step(action, random.Next(2) == 0 ? "{}" : Object(random, 2)) with
        {
            RequiresApproval = random.Next(5) == 0,
            Fallback = depth > 0 && random.Next(3) == 0 ? Step(random, depth - 1) : null,
            Rollback = random.Next(4) == 0 ? new StepRollback(new ToolName(random.Next(2) == 0 ? "repair" : "getOrder"), Map(random)) : null,
        };
    }

    private static string Text(Random random) =>
        string.Join(random.Next(2) == 0 ? " " : "", Enumerable.Range(0, random.Next(1, 7)).Select(_ => Words[random.Next(Words.Length)]));

    private static ObjectMap Map(Random random) => (ObjectMap)JsonText.Parse(Object(random, 2)).AsMap();

    private static string Object(Random random, int depth)
    {
        HashSet<string> used = [];
        List<string> members = [];
        for (int i = random.Next(4); i > 0; i--)
        {
            string key = Keys[random.Next(Keys.Length)];
            if (used.Add(key))
            {
                members.Add($"{JsonText.ToText(Value.Of(key))}:{Json(random, depth)}");
            }
        }

        return "{" + string.Join(',', members) + "}";
    }

    private static string Json(Random random, int depth) => random.Next(depth > 0 ? 7 : 5) switch
    {
        0 => "null",
        1 => "1.50",
        2 => "true",
        3 or 4 => JsonText.ToText(Value.Of(Text(random))),
        5 => "[" + Json(random, depth - 1) + "]",
        _ => Object(random, depth - 1),
    };

    private static string Show(Plan plan) => string.Join('\n',
    [
        PlanText.Of(plan),
        .. plan.Steps.Select(step => step.Reason + string.Join(',', step.Awaited) + string.Join('|', step.Fallback.Select(PlanText.Of))),
        .. plan.Errors.Select(error => error.ToString()),
        .. plan.Warnings,
    ]);
}
