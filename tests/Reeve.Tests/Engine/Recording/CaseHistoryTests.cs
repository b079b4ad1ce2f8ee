using System.Text;
using System.Text.Json;
using Reeve.Core.Decisions;
using Reeve.Core.Events;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Pipeline;
using Reeve.Engine.Recording;
using Reeve.Tests.Agents;
using static Reeve.Tests.Recording.RecordBench;

namespace Reeve.Tests.Recording;

public sealed class CaseHistoryTests
{
    [Theory]
    [InlineData("""{"exceptionType":"DELAYED","parcel":"P1","hoursLate":48,"amount":12.5}""")]
    [InlineData("""{"exceptionType":"LOST","parcel":"P1","amount":1}""")]
    [InlineData("""{"exceptionType":"MELTED","exceptionId":"E1"}""")]
    [InlineData("""{"exceptionId":"E2","sourceSystem":"van","timestamp":"2026-11-01T10:00:00Z","severity":"HIGH","detectedRules":["r"],"rawPayload":{"hoursLate":1,"amount":1e400}}""")]
    public async Task The_result_on_record_is_the_result_that_was_answered(string item)
    {
        RecordBench bench = new() { Evidence = new CountingSource() };

        ExceptionResult answered = (await bench.Run(item))[0];

        Result(await Find(bench, answered.ExceptionId)).ShouldBe(Encoding.UTF8.GetString(RunResultWriter.Line(answered)));
    }

    [Fact]
    public async Task A_failure_and_a_round_back_are_shown_as_they_were_answered()
    {
        int rounds = 0;
        RecordBench bench = new()
        {
            Agents = With(
                new Adjusted(Stage.SupervisorPolicy, decision => rounds++ == 0 ? decision with { NextStep = NextStep.Triage } : decision),
                new Adjusted(Stage.Resolution, _ => throw new InvalidOperationException("broken"))),
        };

        ExceptionResult answered = (await bench.Run(Delayed))[0];

        RecordedCase found = await Find(bench, answered.ExceptionId);
        Result(found).ShouldBe(Encoding.UTF8.GetString(RunResultWriter.Line(answered)));
        found.Trace.Select(stage => stage.Stage.Key()).ShouldBe(["intake", "triage", "policy", "supervisorPolicy", "triage", "policy", "supervisorPolicy", "resolution", "feedback"]);
        found.AuditTrail.ShouldBe(answered.Exception!.AuditTrail);
    }

    [Fact]
    public async Task A_refused_plan_is_shown_with_its_reasons()
    {
        RecordBench bench = new(Make.Bound(Make.With(Make.Domain, "playbooks", """
            [{"playbookId":"hurry","exceptionType":"DELAYED","steps":[{"action":"locate","parameters":{"parcel":"no {exception.raw_payload.nowhere}"}}]}]
            """)));

        ExceptionResult answered = (await bench.Run(Delayed))[0];

        answered.Errors.ShouldNotBeEmpty();
        Result(await Find(bench, answered.ExceptionId)).ShouldBe(Encoding.UTF8.GetString(RunResultWriter.Line(answered)));
    }

    [Fact]
    public async Task The_payload_is_shown_byte_for_byte_wherever_it_stands()
    {
        RecordBench bench = new();
        const string payload = "{ \"exceptionType\" : \"DELAYED\",\n \"hoursLate\":4.80e1 }";

        RecordedCase found = await Find(bench, (await bench.Run(payload))[0].ExceptionId);

        Encoding.UTF8.GetString(found.RawPayload!.Value.Span).ShouldBe(payload);
        string member = "\"rawPayload\":" + payload + ",";
        Write(found.WriteRecord).Split(member).Length.ShouldBe(2);
        Result(found).Split(member).Length.ShouldBe(3);
        using JsonDocument valid = JsonDocument.Parse(Result(found));
    }

    [Fact]
    public async Task An_erased_exception_is_shown_as_erased()
    {
        RecordBench bench = new();
        ExceptionResult answered = (await bench.Run(Delayed))[0];
        bench.Store.Rewrite(item => item.PassId is null ? item : item with { Salt = null, Body = null });

        RecordedCase found = await Find(bench, answered.ExceptionId);

        found.RawPayload.ShouldBeNull();
        found.AuditTrail[0].ShouldBe(new AuditEntry("intake: erased", Make.Now, "IntakeAgent"));
        found.Trace.ShouldAllBe(stage => stage.Body == null);
        using JsonDocument shown = JsonDocument.Parse(Result(found));
        shown.RootElement.GetProperty("stages").GetProperty("triage").GetRawText().ShouldBe("{\"erased\":true}");
        shown.RootElement.GetProperty("exception").GetProperty("rawPayload").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Fact]
    public async Task Nothing_is_found_of_an_unknown_id_or_in_another_tenant()
    {
        RecordBench bench = new();
        ExceptionResult answered = (await bench.Run(Delayed))[0];
        CaseHistory history = new(bench.Store, bench.Store);

        (await history.FindAsync(bench.Tenant, new ExceptionId("nobody"), TestContext.Current.CancellationToken)).ShouldBeNull();
        (await history.FindAsync(new TenantId("SOUTH"), answered.ExceptionId!.Value, TestContext.Current.CancellationToken)).ShouldBeNull();
    }

    private static async Task<RecordedCase> Find(RecordBench bench, ExceptionId? id) =>
        (await new CaseHistory(bench.Store, bench.Store).FindAsync(bench.Tenant, id!.Value, TestContext.Current.CancellationToken)).ShouldNotBeNull();

    private static string Result(RecordedCase found) => Write(found.WriteResult);

    private static string Write(Action<Utf8JsonWriter> write) => Encoding.UTF8.GetString(JsonText.Render(write, static (writer, state) => state(writer)));
}
