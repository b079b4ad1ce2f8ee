using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Reeve.Core.Decisions;
using Reeve.Core.Documents;
using Reeve.Core.Events;
using Reeve.Core.Policies;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Approvals;
using Reeve.Engine.Intake;
using Reeve.Engine.PackVersions;
using Reeve.Engine.Playbooks.Driving;
using Reeve.Engine.Recording;
using Reeve.Engine.Tools.Outbound;
using Reeve.Server.Hosting;
using Reeve.Storage.Databases;
using Reeve.Testing.Databases;
using Reeve.Testing.ServedTools;

namespace Reeve.IntegrationTests.Playbooks;

/// <summary>A live tenant on a real store, with tools that are called over HTTP and count what they do.</summary>
public abstract class LivePlaybookTests(Dialect dialect)
{
    private static readonly TenantId North = new("NORTH");
    private static readonly Principal Root = new(PrincipalKind.Service, "local:test", "root", ["platform"]);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_plan_runs_to_its_end_by_itself_each_effect_once_and_its_pass_replays()
    {
        await using ToolServer tools = await ToolServer.StartAsync();
        await using TestStore store = await TestStore.CreateAsync(dialect);
        await using StoreSession session = await OpenAsync(store, tools);
        BoundPolicy policy = await StartAsync(session, tools, Call("one", "resend"), Call("two", "refund"));

        ExceptionRow row = await EndedAsync(session, await IngestAsync(session, policy));

        (row.Record.ResolutionStatus, row.ResolvedAutomatically).ShouldBe((ResolutionStatus.Resolved, true));
        tools.Tool("/resend").Effects.ShouldHaveSingleItem().Value.ShouldBe(1);
        tools.Tool("/refund").Effects.ShouldHaveSingleItem().Value.ShouldBe(1);
        List<LoggedEvent> events = await EventsAsync(session, row);
        events.Select(item => item.Type.Name).Where(name => name.StartsWith("Playbook", StringComparison.Ordinal) || name.StartsWith("ToolCall", StringComparison.Ordinal)).ShouldBe(
            [
                "PlaybookAssigned", "PlaybookStarted", "ToolCallIntended", "ToolCallSettled", "PlaybookStepCompleted", "ToolCallIntended", "ToolCallSettled", "PlaybookStepCompleted",
                "PlaybookCompleted",
            ]);
        await foreach (Engine.Replay.ReplayedPass pass in session.Replay.ReplayAsync(North, row.RunId, Token))
        {
            pass.Verdict.ShouldBe(Engine.Replay.ReplayVerdict.Equal);
        }
    }

    [Fact]
    public async Task A_failure_falls_back_then_undoes_in_reverse_and_escalates()
    {
        await using ToolServer tools = await ToolServer.StartAsync();
        tools.Tool("/refund").Answer(ToolReply.Failed(422));
        tools.Tool("/ask").Answer(ToolReply.Failed(422));
        await using TestStore store = await TestStore.CreateAsync(dialect);
        await using StoreSession session = await OpenAsync(store, tools);
        BoundPolicy policy = await StartAsync(session, tools, Call("one", "resend"), Call("two", "resend"), Call("three", "refund", $$""", "fallback": {{Call("else", "ask")}}"""));

        ExceptionRow row = await EndedAsync(session, await IngestAsync(session, policy));

        row.Record.ResolutionStatus.ShouldBe(ResolutionStatus.Escalated);
        tools.Tool("/recall").Calls.Select(call => call.Body).Select(body => JsonText.Parse(body).AsMap()["step"].AsString()).ShouldBe(["two", "one"]);
        (await session.PlaybookRuns.PartsAsync(North, row.PassId, Token)).Select(part => $"{part.Key} {Wire.Name(part.Status)}").ShouldBe(
            ["1/rollback SUCCESS", "1/step SUCCESS", "2/rollback SUCCESS", "2/step SUCCESS", "3/fallback:1 FAILED", "3/step FAILED"]);
    }

    [Fact]
    public async Task An_answer_that_never_comes_calls_people_and_is_not_asked_for_again()
    {
        await using ToolServer tools = await ToolServer.StartAsync();
        tools.Tool("/resend").Answer(ToolReply.Reset());
        await using TestStore store = await TestStore.CreateAsync(dialect);
        await using StoreSession session = await OpenAsync(store, tools);
        BoundPolicy policy = await StartAsync(session, tools, Call("one", "resend"), Call("two", "refund"));

        ExceptionRow row = await InAsync(session, await IngestAsync(session, policy), RunState.Waiting);

        row.Record.ResolutionStatus.ShouldBe(ResolutionStatus.Escalated);
        tools.Tool("/resend").Requests.ShouldBe(1);
        tools.Tool("/refund").Requests.ShouldBe(0);
    }

    [Fact]
    public async Task A_hold_stops_a_plan_between_two_steps_and_resume_goes_on_with_it()
    {
        await using ToolServer tools = await ToolServer.StartAsync();
        await using TestStore store = await TestStore.CreateAsync(dialect);
        await using StoreSession session = await OpenAsync(store, tools);
        BoundPolicy policy = await StartAsync(session, tools, Call("one", "resend"), Call("two", "refund"));
        TaskCompletionSource held = new();
        tools.Tool("/resend").Answer(_ =>
        {
            session.Holds.PlaceAsync(North, "stop", Root, Token).GetAwaiter().GetResult();
            held.TrySetResult();
            return ToolReply.Json("{}");
        });

        ExceptionRow row = await IngestAsync(session, policy);
        await held.Task.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System, Token);
        await InAsync(session, row, RunState.Paused);
        tools.Tool("/refund").Requests.ShouldBe(0);

        await session.Holds.ResumeAsync(North, "go on", Root, Token);
        row = await EndedAsync(session, row);

        row.Record.ResolutionStatus.ShouldBe(ResolutionStatus.Resolved);
        (tools.Tool("/resend").Requests, tools.Tool("/refund").Requests).ShouldBe((1, 1));
    }

    [Fact]
    public async Task A_process_that_stops_in_the_middle_leaves_the_plan_to_the_next_and_no_effect_happens_twice()
    {
        await using ToolServer tools = await ToolServer.StartAsync();
        await using TestStore store = await TestStore.CreateAsync(dialect);
        ExceptionRow row;
        TaskCompletionSource reached = new();
        await using (StoreSession first = await OpenAsync(store, tools))
        {
            BoundPolicy policy = await StartAsync(first, tools, Call("one", "resend"), Call("two", "refund"), Call("three", "resend"));
            tools.Tool("/refund").Answer(_ =>
            {
                reached.TrySetResult();
                return ToolReply.Json("{}") with { Delay = TimeSpan.FromMilliseconds(300) };
            });
            row = await IngestAsync(first, policy);
            await reached.Task.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System, Token);
        }

        await using StoreSession second = await OpenAsync(store, tools);
        row = await EndedAsync(second, row);

        row.Record.ResolutionStatus.ShouldBe(ResolutionStatus.Resolved);
        (tools.Tool("/resend").Requests, tools.Tool("/refund").Requests).ShouldBe((2, 1));
        tools.Tool("/resend").Effects.Values.ShouldAllBe(count => count == 1);
    }

    [Fact]
    public async Task A_plan_that_needs_an_approval_asks_people_and_runs_exactly_what_they_approved()
    {
        await using ToolServer tools = await ToolServer.StartAsync();
        await using TestStore store = await TestStore.CreateAsync(dialect);
        await using StoreSession session = await OpenAsync(store, tools);
        BoundPolicy policy = await StartAsync(session, tools, """[{"severity": "MEDIUM", "requireApproval": true}]""", Call("one", "resend"), Call("two", "refund"));

        ExceptionRow row = await InAsync(session, await IngestAsync(session, policy), RunState.Waiting);
        row.Record.ResolutionStatus.ShouldBe(ResolutionStatus.PendingApproval);
        Approval asked = (await session.Approvals.OfExceptionAsync(North, row.Key, Token)).ShouldHaveSingleItem();
        asked.Request!.Items.Select(item => $"{item.Place}/{item.Part} {item.Tool}").ShouldBe(["1/step resend", "1/rollback recall", "2/step refund"]);
        asked.Request.Items[0].Target.ShouldBe($"POST {tools.Url("/resend")}");
        tools.Requests.ShouldBe(0);

        await session.Approvals.ApproveAsync(North, asked.Id, new Principal(PrincipalKind.Person, "local:ann", "ann", ["operator"]), "Fine.", [], Token);
        row = await EndedAsync(session, row);

        (row.Record.ResolutionStatus, row.ResolvedAutomatically).ShouldBe((ResolutionStatus.Resolved, false));
        (tools.Tool("/resend").Requests, tools.Tool("/refund").Requests).ShouldBe((1, 1));
    }

    [Fact]
    public async Task A_plan_that_a_person_rejects_is_escalated_and_nothing_runs()
    {
        await using ToolServer tools = await ToolServer.StartAsync();
        await using TestStore store = await TestStore.CreateAsync(dialect);
        await using StoreSession session = await OpenAsync(store, tools);
        BoundPolicy policy = await StartAsync(session, tools, Call("one", "resend", ", \"requiresApproval\": true"));

        ExceptionRow row = await InAsync(session, await IngestAsync(session, policy), RunState.Waiting);
        Approval asked = (await session.Approvals.OfExceptionAsync(North, row.Key, Token)).ShouldHaveSingleItem();
        (asked.Scope, asked.Part).ShouldBe((ApprovalScope.Step, (1, "step")));
        await session.Approvals.RejectAsync(North, asked.Id, new Principal(PrincipalKind.Person, "local:ann", "ann", ["operator"]), "Not this one.", Token);
        row = await EndedAsync(session, row);

        row.Record.ResolutionStatus.ShouldBe(ResolutionStatus.Escalated);
        (await session.PlaybookRuns.FindAsync(North, row.PassId, Token))!.Reason.ShouldContain("Not this one.");
        tools.Requests.ShouldBe(0);
    }

    private static string Call(string step, string tool, string more = "") => $$"""{"stepId": "{{step}}", "action": "{{tool}}", "parameters": {"step": "{{step}}"}{{more}}}""";

    private static Task<BoundPolicy> StartAsync(StoreSession session, ToolServer tools, params string[] steps) =>
        steps[0].StartsWith('[') ? StartAsync(session, tools, steps[0], steps[1..], 0) : StartAsync(session, tools, "[]", steps, 0);

    private static async Task<BoundPolicy> StartAsync(StoreSession session, ToolServer tools, string rules, string[] steps, int _)
    {
        string Tool(string name, string more = "") =>
            "\"" + name + "\": {\"description\": \"" + name + "\", \"endpoint\": \"" + tools.Url("/" + name) + "\", \"allowHosts\": [\"" + tools.HostAndPort
            + "\"], \"parameters\": {\"step\": {\"type\": \"string\", \"required\": true}}" + more + "}";
        string domain = """{"domainName": "Parcels", "exceptionTypes": {"DELAYED": {"description": "It is late.", "defaultSeverity": "MEDIUM"}}, "tools": {"""
            + string.Join(", ", Tool("resend", ", \"rollbackTool\": \"recall\""), Tool("recall"), Tool("refund"), Tool("ask"))
            + """}, "playbooks": [{"playbookId": "hurry", "exceptionType": "DELAYED", "steps": [""" + string.Join(", ", steps) + "]}]}";
        string policy = $$"""{"tenantId": "NORTH", "domainName": "Parcels", "humanApprovalRules": {{rules}}}""";
        await session.Tenants.CreateAsync(North, null, AutomationMode.Live, Root, Token);
        List<PackVersionKey> versions = [];
        foreach (string pack in (string[])[domain, policy])
        {
            versions.Add((await session.Packs.StoreAsync(North, DocumentReader.ReadJson(Encoding.UTF8.GetBytes(pack), JsonLimits.Default, "pack"), Root, Token)).Key);
        }

        await session.Packs.ActivateAsync(North, versions, Root, Token);
        return await session.Packs.ActiveAsync(North, new DomainName("Parcels"), Token);
    }

    private static async Task<ExceptionRow> IngestAsync(StoreSession session, BoundPolicy policy)
    {
        Run run = new()
        {
            Id = new RunId(Guid.CreateVersion7()),
            TenantId = North,
            Kind = RunKind.Ingestion,
            Domain = policy.Domain.Name,
            DomainPack = policy.Domain.ContentHash,
            TenantPolicy = policy.Policy.ContentHash,
            LogicVersion = DecisionDocument.LogicVersion,
            Product = "test",
            StartedAt = DateTimeOffset.UtcNow,
            StartedBy = Root,
        };
        await foreach (ExceptionResult result in session.Pipeline.IngestAsync(Items(), policy, run, import: null, Token))
        {
            return (await session.Exceptions.FindAsync(North, result.ExceptionId!.Value, Token)).ShouldNotBeNull();
        }

        throw new InvalidOperationException("Nothing was ingested.");
    }

    private static async IAsyncEnumerable<RawItem> Items()
    {
        await Task.CompletedTask;
        foreach (RawItem item in BatchReader.Split("""{"exceptionType":"DELAYED","parcel":"P1"}"""u8.ToArray()))
        {
            yield return item;
        }
    }

    private static Task<ExceptionRow> EndedAsync(StoreSession session, ExceptionRow row) => InAsync(session, row, RunState.Ended);

    // Another thread drives it; nothing here says when it has come so far but its row.
    private static async Task<ExceptionRow> InAsync(StoreSession session, ExceptionRow row, RunState state)
    {
        System.Diagnostics.Stopwatch since = System.Diagnostics.Stopwatch.StartNew();
        while ((await session.PlaybookRuns.FindAsync(North, row.PassId, Token))?.State != state)
        {
            since.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(30), $"The run is {await session.PlaybookRuns.FindAsync(North, row.PassId, Token)}.");
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, Token);
        }

        return (await session.Exceptions.FindAsync(North, row.Key, Token)).ShouldNotBeNull();
    }

    private static async Task<List<LoggedEvent>> EventsAsync(StoreSession session, ExceptionRow row)
    {
        List<LoggedEvent> events = [];
        await foreach (LoggedEvent item in session.Log.OfExceptionAsync(North, row.Key, Token))
        {
            events.Add(item);
        }

        return events;
    }

    private static Task<StoreSession> OpenAsync(TestStore store, ToolServer tools) => StoreSession.OpenAsync(
        store.Node,
        new StoreSessionOptions { RunsInbox = true, Tools = new ToolReach { Outbound = new OutboundOptions { AllowedPrivateHosts = [tools.HostAndPort] } } },
        NullLoggerFactory.Instance,
        Token);
}

/// <summary>On a file.</summary>
public sealed class SqliteLivePlaybookTests() : LivePlaybookTests(Dialect.Sqlite);

/// <summary>On PostgreSQL.</summary>
public sealed class PostgresLivePlaybookTests() : LivePlaybookTests(Dialect.Postgres);
