using System.Text;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Intake;

namespace Reeve.Tests.Intake;

public sealed class BatchIdentityTests
{
    private static readonly DateTimeOffset Midnight = new(2026, 11, 20, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(false, -1, true)]
    [InlineData(false, -25, false)]
    [InlineData(true, -1, false)]
    public void A_delivery_without_a_time_of_its_own_is_looked_up_under_the_day_before_too(bool timeGiven, int hours, bool repeats)
    {
        BatchIdentity identity = new(Make.Bound());
        Arrival first = Arrived("a", Midnight.AddHours(hours)) with { ExternalId = "X", TimestampGiven = timeGiven };
        Arrival second = Arrived("b", Midnight.AddHours(1)) with { ExternalId = "X", TimestampGiven = timeGiven };

        Settle(identity, first, 0).ShouldBeOfType<IdentityOutcome.New>();

        (Settle(identity, second, 1) is IdentityOutcome.Repeats { Index: 0 }).ShouldBe(repeats);
    }

    [Theory]
    [InlineData("van", "{}", true)]
    [InlineData("van", """{"a":1}""", false)]
    [InlineData("ship", "{}", false)]
    public void An_id_may_come_again_only_from_its_source_with_the_same_bytes(string source, string payload, bool repeats)
    {
        BatchIdentity identity = new(Make.Bound());
        Arrival again = Arrived("E1", Midnight, source, payload) with { IdGiven = true };

        Settle(identity, Arrived("E1", Midnight) with { IdGiven = true }, 0);
        IdentityOutcome outcome = Settle(identity, again, 1);

        (outcome is IdentityOutcome.Repeats { Index: 0 }).ShouldBe(repeats);
        (outcome is IdentityOutcome.Refused { Error.Code: "INTAKE-008" }).ShouldBe(!repeats);
    }

    [Theory]
    [InlineData(null, 24 * 60, false)]
    [InlineData(null, (24 * 60) - 1, true)]
    [InlineData("2h", 120, false)]
    [InlineData("2h", 119, true)]
    public void A_closed_problem_opens_again_inside_its_window_and_is_new_from_its_end(string? window, int minutes, bool reopens)
    {
        BatchIdentity identity = new(Make.Bound(window is null ? Make.Domain : Make.With(Make.Domain, "problemWindow", $"\"{window}\"")));

        Settle(identity, Arrived("a", Midnight) with { Fingerprint = "P" }, 0);
        Settle(identity, Arrived("b", Midnight) with { Fingerprint = "P", Closes = true }, 1).ShouldBe(new IdentityOutcome.Closes(0, 0));
        IdentityOutcome later = Settle(identity, Arrived("c", Midnight.AddMinutes(minutes)) with { Fingerprint = "P" }, 2);

        (later is IdentityOutcome.Reopens { Index: 0, Turn: 1 }).ShouldBe(reopens);
        (later is IdentityOutcome.New).ShouldBe(!reopens);
    }

    [Fact]
    public void A_problem_is_closed_once()
    {
        BatchIdentity identity = new(Make.Bound());

        Settle(identity, Arrived("a", Midnight) with { Fingerprint = "P" }, 0);
        Settle(identity, Arrived("b", Midnight) with { Fingerprint = "P", Closes = true }, 1).ShouldBe(new IdentityOutcome.Closes(0, 0));

        Settle(identity, Arrived("c", Midnight) with { Fingerprint = "P", Closes = true }, 2).ShouldBeOfType<IdentityOutcome.New>();
    }

    [Fact]
    public void A_close_that_is_delivered_again_makes_nothing()
    {
        BatchIdentity identity = new(Make.Bound());
        Arrival close = Arrived("b", Midnight) with { Fingerprint = "P", ExternalId = "1", Closes = true };

        Settle(identity, Arrived("a", Midnight) with { Fingerprint = "P", ExternalId = "1" }, 0);
        Settle(identity, close, 1).ShouldBe(new IdentityOutcome.Closes(0, 0));

        Settle(identity, close, 2).ShouldBe(new IdentityOutcome.Repeats(1, "The same delivery arrived before.", null));
    }

    [Fact]
    public void A_delivery_of_a_known_problem_that_comes_again_repeats_that_delivery()
    {
        BatchIdentity identity = new(Make.Bound());

        Settle(identity, Arrived("a", Midnight) with { Fingerprint = "P", ExternalId = "1" }, 0);
        Settle(identity, Arrived("b", Midnight) with { Fingerprint = "P", ExternalId = "2" }, 1);

        Settle(identity, Arrived("c", Midnight) with { Fingerprint = "P", ExternalId = "2" }, 2).ShouldBeOfType<IdentityOutcome.Repeats>().Index.ShouldBe(1);
    }

    [Fact]
    public async Task A_given_id_is_the_sources_id_of_its_delivery()
    {
        const string first = """{"exceptionId":"E1","exceptionType":"DELAYED","rawPayload":{"a":1}}""";

        var outcomes = await Make.Decide($"[{first},{first.Replace("\"a\":1", "\"a\":2", StringComparison.Ordinal)}]");

        outcomes[0].Result.Exception!.NormalizedContext["externalId"].AsString().ShouldBe("E1");
        outcomes[1].Result.IsRepeat.ShouldBeTrue();
    }

    [Theory]
    [InlineData("""{"record":{"externalId":"doc.ref"}}""", """{"ref":"7","n":1}""", """{"ref":"7","n":2}""", true)]
    [InlineData("""{"record":{},"fingerprint":"doc.ref"}""", """{"ref":"7","n":1}""", """{"ref":"7","n":2}""", true)]
    [InlineData("""{"record":{},"fingerprint":"doc.ref"}""", """{"ref":"","n":1}""", """{"ref":"","n":2}""", false)] // an empty text names nothing
    [InlineData("""{"record":{},"externalId":"doc.ref"}""", """{"ref":"","n":1}""", """{"ref":"","n":2}""", false)]
    public async Task Identity_comes_from_the_mapping_and_an_empty_text_is_none(string mapping, string first, string second, bool repeats)
    {
        BoundPolicy policy = Make.Bound(Make.With(Make.Domain, "intake", $"[{mapping}]"));

        var outcomes = await Make.Decide($"[{first},{second}]", policy);

        outcomes[1].Result.IsRepeat.ShouldBe(repeats);
    }

    private static IdentityOutcome Settle(BatchIdentity identity, Arrival arrival, int index) => identity.Settle([(arrival, index)])[0];

    private static Arrival Arrived(string id, DateTimeOffset at, string source = "van", string payload = "{}") => new()
    {
        Record = new ExceptionRecord
        {
            ExceptionId = new ExceptionId(id),
            TenantId = new TenantId("NORTH"),
            SourceSystem = source,
            Timestamp = at,
            RawPayload = (ObjectMap)JsonText.Parse(payload).AsMap(),
            RawBytes = Encoding.UTF8.GetBytes(payload),
            NormalizedContext = ObjectMap.Empty,
        },
        Key = new ExceptionKey(new Guid("01940000-0000-7000-8000-000000000001")),
        PassId = new PassId(new Guid("01940000-0000-7000-8000-000000000002")),
        TimestampGiven = true,
        IdGiven = false,
    };
}
