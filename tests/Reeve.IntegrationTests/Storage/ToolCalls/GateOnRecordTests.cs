using System.Diagnostics;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Reeve.Core.Calls;
using Reeve.Core.Decisions;
using Reeve.Core.Documents;
using Reeve.Core.Errors;
using Reeve.Core.Events;
using Reeve.Core.Packs;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.PackVersions;
using Reeve.Engine.Tools.Kinds;
using Reeve.Server.Hosting;
using Reeve.Storage.Databases;
using Reeve.Testing.Databases;

namespace Reeve.IntegrationTests.Storage.ToolCalls;

/// <summary>The gate of a whole session, on both databases: what it lets through, refuses and answers again is what the record says.</summary>
public sealed class GateOnRecordTests
{
    private static readonly TenantId North = new("NORTH");
    private static readonly Principal Admin = new(PrincipalKind.Person, "key:1", "Ada", ["admin"]);

    public static TheoryData<Dialect> Dialects => [Dialect.Sqlite, Dialect.Postgres];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task A_change_is_intended_sent_settled_and_from_then_on_answered_from_the_record(Dialect dialect)
    {
        CountingKind kind = new();
        await using TestStore store = await TestStore.CreateAsync(dialect);
        ToolCall call;
        await using (StoreSession session = await OpenAsync(store, kind))
        {
            call = await CallAsync(session);
            (await session.Gate.CallAsync(call, Token)).ShouldBeOfType<ToolAnswer.Succeeded>();
        }

        await using StoreSession later = await OpenAsync(store, kind);
        ToolAnswer.Succeeded again = (await later.Gate.CallAsync(call, Token)).ShouldBeOfType<ToolAnswer.Succeeded>();

        again.Output.AsMap()["id"].ShouldBe(Value.Of("R-1"));
        again.Execution.Status.ShouldBe(ExecutionStatus.Succeeded);
        kind.Sent.ShouldBe(1);
        (await EventsAsync(store)).ShouldBe([EventType.ToolCallIntended.Name, EventType.ToolCallSettled.Name]);
        (await Should.ThrowAsync<ReeveException>(() => later.Gate.CallAsync(call with { Arguments = ObjectMap.Of(("parcel", Value.Of("P-2"))) }, Token))).Error.Code.ShouldBe("TOOL-031");
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task A_refusal_is_on_record_and_what_a_hold_refused_is_made_under_the_same_id_after_it(Dialect dialect)
    {
        CountingKind kind = new();
        await using TestStore store = await TestStore.CreateAsync(dialect);
        await using StoreSession session = await OpenAsync(store, kind);
        ToolCall call = await CallAsync(session);
        await session.Holds.PlaceAsync(North, "Stop.", Admin, Token);

        (await session.Gate.CallAsync(call, Token)).ShouldBeOfType<ToolAnswer.Refused>().Error.Code.ShouldBe("TOOL-014");
        (await EventsAsync(store)).ShouldBe([EventType.ToolCallRefused.Name]);
        await session.Holds.ResumeAsync(North, "Go on.", Admin, Token);

        (await session.Gate.CallAsync(call, Token)).ShouldBeOfType<ToolAnswer.Succeeded>();
        kind.Sent.ShouldBe(1);
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task The_same_effect_for_the_same_exception_in_another_pass_asks_for_people(Dialect dialect)
    {
        CountingKind kind = new();
        await using TestStore store = await TestStore.CreateAsync(dialect);
        await using StoreSession session = await OpenAsync(store, kind);
        ExceptionKey key = new(NewId(session));
        ToolCall first = await CallAsync(session) with { Subject = Subject(session, key) };
        ToolCall second = await CallAsync(session) with { Subject = Subject(session, key) };
        ToolCall other = await CallAsync(session) with { Subject = Subject(session, new ExceptionKey(NewId(session))) };

        (await session.Gate.CallAsync(first, Token)).ShouldBeOfType<ToolAnswer.Succeeded>();

        (await session.Gate.CallAsync(second, Token)).ShouldBeOfType<ToolAnswer.Refused>().Error.Code.ShouldBe("TOOL-008");
        (await session.Gate.CallAsync(other, Token)).ShouldBeOfType<ToolAnswer.Succeeded>();
        kind.Sent.ShouldBe(2);
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task A_hundred_calls_at_once_are_each_made_once(Dialect dialect)
    {
        CountingKind kind = new();
        await using TestStore store = await TestStore.CreateAsync(dialect);
        await using StoreSession session = await OpenAsync(store, kind);
        ToolCall one = await CallAsync(session);
        ToolCall[] calls = [.. Enumerable.Range(0, 100).Select(_ => one with { Id = new ExecutionId(NewId(session)) })];

        ToolAnswer[] answers = await Task.WhenAll(calls.Concat(calls).Select(call => session.Gate.CallAsync(call, Token)));

        answers.ShouldAllBe(answer => answer is ToolAnswer.Succeeded);
        kind.Sent.ShouldBe(100);
    }

    [Fact]
    public async Task A_breaker_that_one_node_opens_refuses_on_the_other_within_a_second()
    {
        CountingKind failing = new() { Result = new AttemptResult.NotRun(new ReeveError(ErrorCatalogue.Tools.NotReached, "Gone."), null) };
        CountingKind kind = new();
        await using TestStore store = await TestStore.CreateAsync(Dialect.Postgres);
        await using StoreSession one = await OpenAsync(store, failing);
        await using StoreSession two = await OpenAsync(store, kind);
        ToolCall call = await CallAsync(one);
        await UntilAsync(async () => (await two.Gate.JudgeAsync(call, Token)).Verdict == PolicyVerdict.Allow);

        for (int i = 0; i < 2; i++)
        {
            await one.Gate.CallAsync(await CallAsync(one), Token);
        }

        Stopwatch since = Stopwatch.StartNew();
        await UntilAsync(async () => (await two.Gate.JudgeAsync(call, Token)).Decisive?.Error?.Code == "TOOL-012");
        since.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(1));
    }

    private static Task<StoreSession> OpenAsync(TestStore store, IToolKind kind) =>
        StoreSession.OpenAsync(store.Node, new StoreSessionOptions { ToolKinds = [kind] }, NullLoggerFactory.Instance, Token);

    private static async Task<ToolCall> CallAsync(StoreSession session)
    {
        if (await session.Tenants.FindAsync(North, Token) is null)
        {
            await session.Tenants.CreateAsync(North, null, AutomationMode.Live, Admin, Token);
            StoredPack[] packs =
            [
                await session.Packs.StoreAsync(North, DocumentReader.ReadJson(Encoding.UTF8.GetBytes(Make.Domain), JsonLimits.Default, "domain"), Admin, Token),
                await session.Packs.StoreAsync(North, DocumentReader.ReadJson(Encoding.UTF8.GetBytes(Make.Policy), JsonLimits.Default, "policy"), Admin, Token),
            ];
            await session.Packs.ActivateAsync(North, [.. packs.Select(pack => pack.Key)], Admin, Token);
        }

        return new ToolCall
        {
            Id = new ExecutionId(NewId(session)),
            Policy = await session.Packs.ActiveAsync(North, null, Token),
            Tool = new ToolName("resend"),
            Arguments = ObjectMap.Of(("parcel", Value.Of("P-1"))),
            Authority = CallAuthority.OfPrincipal(Admin, PolicyVerdict.Allow, ""),
            Goal = "Have it arrive.",
        };
    }

    private static CallSubject Subject(StoreSession session, ExceptionKey key) =>
        new(new ExceptionId("E-1"), key, new RunId(NewId(session)), new PassId(NewId(session)), new StepId("again"), StepPart.Step) { Place = 1 };

    private static Guid NewId(StoreSession session) => session.Ids.Next(TimeProvider.System.GetUtcNow());

    private static async Task<IReadOnlyList<string>> EventsAsync(TestStore store) =>
        [.. (await store.QueryAsync("select type from events where type like 'ToolCall%' order by slot, n, ordinal")).Select(row => (string)row[0]!)];

    // The other node reads the store: nothing in this process says when it knows.
    private static async Task UntilAsync(Func<Task<bool>> isTrue)
    {
        Stopwatch since = Stopwatch.StartNew();
        while (!await isTrue())
        {
            since.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(30));
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, Token);
        }
    }

    /// <summary>Reaches everything, and counts.</summary>
    private sealed class CountingKind : IToolKind
    {
        private int sent;

        public IReadOnlyList<ToolType> Types { get; } = [ToolType.Http];

        internal int Sent => Volatile.Read(ref sent);

        internal AttemptResult Result { get; init; } = new AttemptResult.Answered(Value.Of(ObjectMap.Of(("id", Value.Of("R-1")))));

        public IReadOnlyList<ReeveError> Problems(ToolDefinition tool) => [];

        public string Target(ToolDefinition tool, ObjectMap arguments) => "POST https://parcels.example/" + tool.Name;

        public async ValueTask<AttemptResult> TryAsync(Attempt attempt, CancellationToken cancellationToken)
        {
            if (await attempt.BeforeSending(cancellationToken) is { } error)
            {
                return new AttemptResult.NotRun(error, null);
            }

            Interlocked.Increment(ref sent);
            return Result;
        }
    }
}
