using System.Buffers.Binary;
using System.Security.Cryptography;
using Reeve.Core.Changes;
using Reeve.Core.Decisions;
using Reeve.Core.Events;
using Reeve.Core.Records;
using Reeve.Engine.Recording;
using static Reeve.Tests.Recording.RecordBench;

namespace Reeve.Tests.Recording;

public sealed class IngestionTests
{
    private const string Given = """{"exceptionId":"E1","exceptionType":"DELAYED","sourceSystem":"van","timestamp":"2026-11-01T10:00:00Z","rawPayload":{"parcel":"P1","hoursLate":1}}""";

    [Fact]
    public async Task A_delivery_that_arrived_before_makes_nothing_and_answers_with_the_first()
    {
        RecordBench bench = new();
        List<ExceptionResult> first = await bench.Ingest(Given);
        int commits = bench.Store.Commits.Count;

        List<ExceptionResult> second = await bench.Ingest($"[{Given},{Delayed}]", bench.NewRun(RunKind.Ingestion));

        second[0].IsRepeat.ShouldBeTrue();
        (second[0].ExceptionId, second[0].Status).ShouldBe((first[0].ExceptionId, first[0].Status));
        second[0].Evidence.ShouldBe(["intake: The same delivery arrived before."]);
        second[1].IsRepeat.ShouldBeFalse();
        bench.Store.Commits.Count.ShouldBe(commits + 2);
    }

    [Fact]
    public async Task A_run_is_put_on_record_once_whoever_calls_first()
    {
        RecordBench bench = new();
        Run run = bench.NewRun(RunKind.Ingestion, isFixed: false);
        RecordedPipeline door = bench.Door();

        await bench.Ingest(Delayed, run, door);
        await bench.Ingest(Delayed, run, door);
        await bench.Ingest(Delayed, run);

        bench.Store.Events.Count(item => item.Type == EventType.RunStarted).ShouldBe(1);
        bench.Parts.Count(item => item.Type == EventType.PipelineCompleted).ShouldBe(3);
    }

    [Fact]
    public async Task Without_a_time_of_its_own_a_delivery_is_known_across_midnight_and_not_for_ever()
    {
        RecordBench bench = new();
        const string item = """{"exceptionId":"E1","exceptionType":"DELAYED","hoursLate":1}""";
        List<ExceptionResult> first = await bench.Ingest(item);

        bench.Clock.Advance(TimeSpan.FromDays(1));
        List<ExceptionResult> nextDay = await bench.Ingest(item);
        bench.Clock.Advance(TimeSpan.FromDays(1));
        List<ExceptionResult> later = await bench.Ingest(item);

        nextDay[0].IsRepeat.ShouldBeTrue();
        later[0].ExceptionId.ShouldBe(first[0].ExceptionId);
        later[0].Evidence.ShouldBe(["intake: The same payload arrived before under the same exceptionId."]);
    }

    [Theory]
    [InlineData("2026-11-01T10:00:00Z", "van", 1, "repeat")]
    [InlineData("2026-11-05T10:00:00Z", "van", 1, "repeat")]
    [InlineData("2026-11-05T10:00:00Z", "van", 2, "refused")]
    [InlineData("2026-11-05T10:00:00Z", "hub", 1, "refused")]
    public async Task A_given_id_of_another_delivery_is_refused_and_of_the_same_payload_a_repeat(string at, string source, int hours, string expected)
    {
        RecordBench bench = new();
        List<ExceptionResult> first = await bench.Ingest(Given);

        ExceptionResult second = (await bench.Ingest(Given
            .Replace("2026-11-01T10:00:00Z", at, StringComparison.Ordinal).Replace("van", source, StringComparison.Ordinal)
            .Replace("\"hoursLate\":1", $"\"hoursLate\":{hours}", StringComparison.Ordinal)))[0];

        second.IsRepeat.ShouldBe(expected == "repeat");
        second.ExceptionId.ShouldBe(expected == "repeat" ? first[0].ExceptionId : null);
        second.Errors.Select(error => (error.Code, error.Subject)).ShouldBe(expected == "refused" ? [("INTAKE-008", "/exceptionId")] : []);
        bench.Parts.Count(item => item.Type == EventType.PipelineCompleted).ShouldBe(1);
    }

    [Fact]
    public async Task A_repeat_answers_with_where_the_exception_stands_now()
    {
        RecordBench bench = new();
        List<ExceptionResult> first = await bench.Ingest(Given);
        ExceptionRow row = await bench.Row(first[0].ExceptionId);
        await bench.Store.CommitAsync(
            [new ExceptionChange.Update(row with { Version = 2, Record = row.Record with { ResolutionStatus = ResolutionStatus.Resolved } }, 1)], TestContext.Current.CancellationToken);

        (await bench.Ingest(Given))[0].Status.ShouldBe(ResolutionStatus.Resolved);
    }

    [Fact]
    public async Task What_repeats_a_repeat_answers_alike_and_what_was_refused_refuses_its_repeats()
    {
        RecordBench bench = new();
        await bench.Ingest(Given);
        string other = Given.Replace("11-01", "11-02", StringComparison.Ordinal).Replace("P1", "P2", StringComparison.Ordinal);

        List<ExceptionResult> results = await bench.Ingest($"[{Given},{Given}]");
        List<ExceptionResult> refused = await bench.Ingest($"[{other},{other}]");

        results.Select(result => (result.IsRepeat, result.ExceptionId!.Value.Value)).ShouldBe([(true, "E1"), (true, "E1")]);
        refused.Select(result => result.Errors.Single().Code).ShouldBe(["INTAKE-008", "INTAKE-008"]);
    }

    [Fact]
    public async Task Of_deliveries_that_arrive_at_the_same_moment_one_is_made()
    {
        RecordBench bench = new();
        RecordedPipeline door = bench.Door();
        Run run = bench.NewRun(RunKind.Ingestion, isFixed: false);

        // The other call is answered while this one decides: after its look at what was delivered, before its commit.
        RecordBench other = bench;
        List<ExceptionResult> inBetween = [];
        bench.Agents = With(new AskingAgent(Stage.Intake, () =>
        {
            if (inBetween.Count == 0)
            {
                inBetween.Add(new ExceptionResult());
                inBetween = other.Ingest(Given, run, door).GetAwaiter().GetResult();
            }
        }));
        List<ExceptionResult> slow = await bench.Ingest(Given, run);

        slow[0].IsRepeat.ShouldBeTrue();
        slow[0].ExceptionId.ShouldBe(inBetween[0].ExceptionId);
        bench.Parts.Count(item => item.Type == EventType.PipelineCompleted).ShouldBe(1);
    }

    [Fact]
    public async Task A_run_suppresses_nothing_that_was_ingested()
    {
        RecordBench bench = new();
        List<ExceptionResult> ingested = await bench.Ingest(Given);

        List<ExceptionResult> run = await bench.Run(Given);

        run[0].IsRepeat.ShouldBeFalse();
        run[0].ExceptionId.ShouldNotBe(ingested[0].ExceptionId);
        bench.Hashes().ToHashSet().ShouldHaveSingleItem();
        bench.Hashes().Count.ShouldBe(2);
    }

    // docs/decisions/0009: field(source), field(externalId), field("open" or "close"), each with its length in four bytes.
    [Fact]
    public async Task A_delivery_without_a_time_is_kept_under_two_days_by_the_hash_of_its_fields()
    {
        RecordBench bench = new();

        await bench.Ingest("""{"exceptionId":"E1","exceptionType":"DELAYED","sourceSystem":"van","hoursLate":1}""");

        IReadOnlyList<DeliveryKey> kept = bench.Store.Commits.SelectMany(commit => commit.Changes).OfType<ExceptionChange.Add>().Single().Deliveries;
        byte[] hash = SHA256.HashData([0, 0, 0, 3, .. "van"u8, 0, 0, 0, 2, .. "E1"u8, 0, 0, 0, 4, .. "open"u8]);
        kept.Select(key => key.Day).ShouldBe([new DateOnly(2026, 11, 20), new DateOnly(2026, 11, 21)]);
        kept.ShouldAllBe(key => key.Hash == BinaryPrimitives.ReadUInt128BigEndian(hash));
    }
}
