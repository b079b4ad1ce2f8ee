using System.Text.Json;
using Reeve.Core.Changes;
using Reeve.Core.Decisions;
using Reeve.Core.Events;
using Reeve.Core.Policies;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Engine.Pipeline;
using Reeve.Engine.Recording;
using static Reeve.Tests.Recording.RecordBench;

namespace Reeve.Tests.Recording;

public sealed class RecordedRunTests
{
    private static readonly string Many = "[" + string.Join(",", Enumerable.Range(0, 1100).Select(i =>
        $$"""{"exceptionId":"E{{i}}","exceptionType":"{{(i % 3 == 0 ? "DELAYED" : i % 3 == 1 ? "LOST_ABROAD" : "SCANNED")}}","parcel":"P{{i}}","hoursLate":{{i % 100}},"amount":{{i * 700}}.50}""")) + "]";

    [Fact]
    public async Task The_run_is_on_record_first_and_each_exception_is_one_commit()
    {
        RecordBench bench = new();
        Run run = bench.NewRun();

        List<ExceptionResult> results = await bench.Run($"[{Delayed},{Delayed}]", run);

        bench.Store.Commits.Count.ShouldBe(3);
        bench.Store.Commits[0].Changes[0].ShouldBe(new RunAdded(run));
        ((Change.Append)bench.Store.Commits[0].Changes[1]).Event.Type.ShouldBe(EventType.RunStarted);
        (await bench.Store.FindAsync(bench.Tenant, run.Id, TestContext.Current.CancellationToken)).ShouldNotBeNull().DomainPack.ShouldBe(bench.Policy.Domain.ContentHash);
        ExceptionRow row = await bench.Row(results[0].ExceptionId);
        row.Version.ShouldBe(1);
        row.Record.ResolutionStatus.ShouldBe(results[0].Status!.Value);
        bench.EventsOf(row.Key).Select(item => (item.Type.Name, item.Stage)).ShouldBe(
        [
            ("ExceptionReceived", null), ("StageCompleted", "intake"), ("StageCompleted", "triage"), ("StageCompleted", "policy"), ("StageCompleted", "supervisorPolicy"),
            ("StageCompleted", "resolution"), ("StageCompleted", "supervisorResolution"), ("StageCompleted", "feedback"), ("PipelineCompleted", null),
        ]);
        bench.EventsOf(row.Key).ShouldAllBe(item => item.RunId == run.Id && item.PassId == row.PassId && item.RowVersion == 1 && item.OccurredAt == Make.Now);
    }

    [Fact]
    public async Task The_beginning_of_a_run_says_what_it_decides_with_and_who_began_it()
    {
        RecordBench bench = new();

        await bench.Run(Delayed);

        Text(bench.Store.Events[0]).ShouldBe(
            "{\"kind\":\"COMMAND\",\"domain\":\"Parcels\",\"domainPack\":\"" + bench.Policy.Domain.ContentHash + "\",\"tenantPolicy\":\"" + bench.Policy.Policy.ContentHash
            + "\",\"asOf\":\"2026-11-20T09:00:00Z\",\"logicVersion\":1,\"product\":\"0.1.0\",\"commitSha\":null,\"branch\":null,\"modelMapping\":null,\"runSpec\":null,"
            + "\"actor\":{\"kind\":\"PERSON\",\"id\":\"local:cli\",\"owner\":\"somebody\",\"roles\":[\"TENANT_ADMIN\"]}}");
    }

    [Fact]
    public async Task A_payload_is_once_in_the_log_byte_for_byte()
    {
        RecordBench bench = new();
        const string payload = "{ \"parcel\" : \"P\\u00e4\",\r\n\t\"hoursLate\":4.80e1 ,\"amount\":1e400, \"exceptionType\":\"DELAYED\"}";

        List<ExceptionResult> results = await bench.Run(payload);

        List<LoggedEvent> events = bench.EventsOf((await bench.Row(results[0].ExceptionId)).Key);
        Text(events[0]).ShouldContain("\"rawPayload\":" + payload + ",\"normalizedContext\":");
        events.Skip(1).ShouldAllBe(item => !Text(item).Contains("rawPayload", StringComparison.Ordinal));
        (await bench.Replay(events[0].RunId!.Value)).ShouldHaveSingleItem().Verdict.ShouldBe(Reeve.Engine.Replay.ReplayVerdict.Equal);
    }

    [Fact]
    public async Task A_refused_item_keeps_its_place_and_is_not_stored()
    {
        RecordBench bench = new();

        List<ExceptionResult> results = await bench.Run($$"""[{{Delayed}},{"rawPayload":1},{{Delayed}}]""");

        results.Select(result => result.Errors.Count).ShouldBe([0, 1, 0]);
        bench.Store.Commits.Count.ShouldBe(3);
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(8, 0)]
    [InlineData(1, 1)]
    [InlineData(8, 2)]
    public async Task Workers_and_their_order_change_nothing_that_is_recorded(int workers, int seed)
    {
        RecordBench expected = new();
        RecordBench bench = new() { Options = new PipelineOptions { Workers = workers } };
        bench.Runtime = seed == 0 ? null : new SeededRuntime(seed, bench.Clock);

        List<string> documents = expected.Documents(await expected.Run(Many));
        List<ExceptionResult> results = await bench.Run(Many);

        bench.Documents(results).ShouldBe(documents);
        results.Select(result => result.ExceptionId!.Value.Value).ShouldBe(Enumerable.Range(0, 1100).Select(i => $"E{i}"));
        bench.Hashes().ShouldBe(expected.Hashes());
        Bodies(bench).ShouldBe(Bodies(expected));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    public async Task The_same_input_again_makes_new_exceptions_with_the_same_documents(int workers)
    {
        BoundPolicy policy = Make.Bound(Make.With(Make.Domain, "playbooks", """
            [{"playbookId":"hurry","exceptionType":"DELAYED","steps":[{"action":"locate","parameters":{"parcel":"{exception.exception_id}/{exception.timestamp}"}}]}]
            """));
        RecordBench bench = new(policy) { Options = new PipelineOptions { Workers = workers } };
        const string input = """
            [{"exceptionId":"E \"1\"","exceptionType":"DELAYED","hoursLate":1},{"exceptionId":"E2","exceptionType":"DELAYED","hoursLate":1,"timestamp":"2026-11-01T10:00:00Z"},
             {"exceptionType":"DELAYED","hoursLate":1},{"exceptionId":"E2","exceptionType":"DELAYED","hoursLate":2}]
            """;

        List<ExceptionResult> first = await bench.Run(input);
        Run again = bench.NewRun();
        List<ExceptionResult> second = await bench.Run(input, again);
        List<ExceptionResult> third = await bench.Run(input);

        bench.Documents(second).ShouldBe(bench.Documents(first));
        bench.Documents(third).ShouldBe(bench.Documents(first));
        bench.Document(first[0]).ShouldContain("""{"parcel":"E \"1\"/""");
        first[0].ExceptionId.ShouldBe(new ExceptionId("E \"1\""));
        second.Select(result => result.Errors.Count).ShouldBe([0, 0, 0, 1]);
        ExceptionRow row = await bench.Row(second[0].ExceptionId);
        row.Record.ExceptionId.Value.ShouldBe(row.Key.ToString());
        row.Record.NormalizedContext["externalId"].AsString().ShouldBe("E \"1\"");
        second[0].ResolutionOf().ResolvedPlan[0].Arguments["parcel"].AsString().ShouldStartWith(row.Key.ToString());
        (await bench.Replay(again.Id)).Select(pass => pass.Verdict).ShouldAllBe(verdict => verdict == Reeve.Engine.Replay.ReplayVerdict.Equal);
    }

    [Fact]
    public async Task An_id_that_somebody_takes_while_it_is_decided_becomes_a_new_one()
    {
        RecordBench bench = new();
        List<ExceptionResult> first = await bench.Run("""{"exceptionId":"E1","exceptionType":"DELAYED","hoursLate":1}""");
        bench.Ports = bench.Ports with { Exceptions = new ForgetfulStore(bench.Store) };

        List<ExceptionResult> second = await bench.Run("""{"exceptionId":"E1","exceptionType":"DELAYED","hoursLate":1}""");

        second[0].ExceptionId.ShouldNotBe(first[0].ExceptionId);
        (await bench.Row(second[0].ExceptionId)).Record.ResolutionStatus.ShouldBe(second[0].Status!.Value);
        bench.Documents(second).ShouldBe(bench.Documents(first));
    }

    [Fact]
    public async Task A_store_that_cannot_be_written_ends_the_run_with_its_error()
    {
        RecordBench bench = new();
        Core.Errors.ReeveException full = new(new Core.Errors.ReeveError(Core.Errors.ErrorCatalogue.Storage.Unwritable, "full"));
        bench.Store.Fault = changes => changes[0] is ExceptionChange.Add { Row.Record: var record } && record.ExceptionId.Value == "E700" ? full : null;
        List<ExceptionResult> results = [];

        Core.Errors.ReeveException thrown = await Should.ThrowAsync<Core.Errors.ReeveException>(async () => results = await bench.Run(Many));

        thrown.Error.Code.ShouldBe("STORE-004");
        results.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_refused_plan_says_why_on_the_record()
    {
        BoundPolicy policy = Make.Bound(Make.With(Make.Domain, "playbooks", """
            [{"playbookId":"hurry","exceptionType":"DELAYED","steps":[{"action":"locate","parameters":{"parcel":"no {exception.raw_payload.nowhere}"}}]}]
            """));
        RecordBench bench = new(policy);

        List<ExceptionResult> results = await bench.Run("""{"exceptionType":"DELAYED","hoursLate":1}""");

        LoggedEvent resolution = bench.Parts.Single(item => item.Stage == "resolution");
        using JsonDocument body = JsonDocument.Parse(resolution.Body!.Value);
        results[0].Errors.Count.ShouldBeGreaterThan(0);
        body.RootElement.GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("code").GetString()).ShouldBe(results[0].Errors.Select(error => error.Code));
    }

    // Everything recorded but ids: keys, passes and what is made of them.
    private static List<string> Bodies(RecordBench bench)
    {
        List<string> bodies = [];
        foreach (LoggedEvent item in bench.Store.Events.Where(item => item.Body is not null))
        {
            bodies.Add(item.PassId is { } pass ? Text(item).Replace(pass.ToString(), "{pass}", StringComparison.Ordinal) : item.Type.Name);
        }

        return bodies;
    }

    // Knows no id, as a look that came too early.
    private sealed class ForgetfulStore(IExceptionStore inner) : IExceptionStore
    {
        public Task<ExceptionRow?> FindAsync(TenantId tenant, ExceptionId exception, CancellationToken cancellationToken) => inner.FindAsync(tenant, exception, cancellationToken);

        public Task<IReadOnlyDictionary<ExceptionId, ExceptionKey>> KnownAsync(TenantId tenant, IReadOnlyCollection<ExceptionId> ids, CancellationToken cancellationToken) =>
            inner.KnownAsync(tenant, [], cancellationToken);

        public Task<IReadOnlyDictionary<DeliveryKey, ExceptionId>> DeliveredAsync(TenantId tenant, IReadOnlyCollection<DeliveryKey> deliveries, CancellationToken cancellationToken) =>
            inner.DeliveredAsync(tenant, deliveries, cancellationToken);

        public Task<ExceptionPage> ListAsync(TenantId tenant, ExceptionQuery query, CancellationToken cancellationToken) => inner.ListAsync(tenant, query, cancellationToken);

        public Task<ExceptionRow?> FindAsync(TenantId tenant, ExceptionKey key, CancellationToken cancellationToken) => inner.FindAsync(tenant, key, cancellationToken);
    }
}
