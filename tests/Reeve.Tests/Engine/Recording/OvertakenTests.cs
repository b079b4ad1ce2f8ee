using Reeve.Core.Changes;
using Reeve.Core.Decisions;
using Reeve.Core.Errors;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Engine.Recording;
using static Reeve.Tests.Recording.RecordBench;

namespace Reeve.Tests.Recording;

/// <summary>Items that the store does not let through cost themselves, never the rest of their call.</summary>
public sealed class OvertakenTests
{
    private const string Given = """{"exceptionId":"E1","exceptionType":"DELAYED","sourceSystem":"van","timestamp":"2026-11-01T10:00:00Z","rawPayload":{"parcel":"P1","hoursLate":1}}""";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_delivery_whose_exception_is_gone_is_refused_and_the_rest_goes_on(bool isFoundBefore)
    {
        RecordBench bench = new();
        ExceptionId first = (await bench.Ingest(Given))[0].ExceptionId!.Value;
        bench.Ports = bench.Ports with { Exceptions = new Hiding(bench.Store, first, isFoundBefore) };

        List<ExceptionResult> results = await bench.Ingest($"[{Given},{Delayed},{Given}]");

        results.Select(result => result.Errors.SingleOrDefault()?.Code).ShouldBe(["INTAKE-013", null, "INTAKE-013"]);
        results[1].Status.ShouldNotBeNull();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_change_of_a_row_that_is_always_faster_is_refused_and_may_be_sent_again(bool ingests)
    {
        RecordBench bench = new(ProblemRunTests.Alerts);
        Busy busy = new(bench.Store);
        bench.Ports = bench.Ports with { Committer = busy };
        string other = ProblemRunTests.Event(4).Replace("\"problem\":\"P\"", "\"problem\":\"Q\"", StringComparison.Ordinal);
        string input = $"[{ProblemRunTests.Event(1)},{ProblemRunTests.Event(2, hours: 100, level: "HIGH")},{ProblemRunTests.Event(3, state: "close")},{ProblemRunTests.Event(1)},{other}]";

        List<ExceptionResult> results = ingests ? await bench.Ingest(input) : await bench.Run(input);

        results.Select(result => result.Errors.SingleOrDefault()?.Code).ShouldBe([null, "REC-008", "REC-008", null, null]);
        results[1].Errors[0].IsTransient.ShouldBeTrue();
        results[3].ExceptionId.ShouldBe(results[0].ExceptionId);
        results[3].Status.ShouldBe(results[0].Status);
        busy.Refused.ShouldBe(10);
    }

    [Fact]
    public async Task A_delivery_that_is_stored_between_two_looks_is_a_repeat_whatever_its_payload()
    {
        RecordBench bench = new();
        ExceptionId first = (await bench.Ingest(Given))[0].ExceptionId!.Value;
        bench.Ports = bench.Ports with { Exceptions = new Late(bench.Store) };

        ExceptionResult second = (await bench.Ingest(Given.Replace("\"hoursLate\":1", "\"hoursLate\":2", StringComparison.Ordinal)))[0];

        second.Errors.ShouldBeEmpty();
        second.IsRepeat.ShouldBeTrue();
        second.ExceptionId.ShouldBe(first);
    }

    private sealed class Busy(ICommitter inner) : ICommitter
    {
        public int Refused { get; private set; }

        public Task<CommitOutcome> CommitAsync(IReadOnlyList<Change> changes, CancellationToken cancellationToken)
        {
            if (!changes.OfType<ExceptionChange.Update>().Any())
            {
                return inner.CommitAsync(changes, cancellationToken);
            }

            Refused++;
            return Task.FromResult<CommitOutcome>(new CommitOutcome.MovedOn());
        }

        public Task<CommitOutcome> CommitAloneAsync(TenantId tenant, IReadOnlyList<Change> changes, CancellationToken cancellationToken) => CommitAsync(changes, cancellationToken);
    }

    /// <summary>A store in which one exception is not found; its delivery is, at once or not before the commit.</summary>
    private sealed class Hiding(IExceptionStore inner, ExceptionId hidden, bool showsDelivery) : IExceptionStore
    {
        public Task<ExceptionRow?> FindAsync(TenantId tenant, ExceptionId exception, CancellationToken cancellationToken) =>
            exception == hidden ? Task.FromResult<ExceptionRow?>(null) : inner.FindAsync(tenant, exception, cancellationToken);

        public async Task<IReadOnlyDictionary<ExceptionId, ExceptionKey>> KnownAsync(TenantId tenant, IReadOnlyCollection<ExceptionId> ids, CancellationToken cancellationToken) =>
            (await inner.KnownAsync(tenant, ids, cancellationToken)).Where(known => known.Key != hidden).ToDictionary(known => known.Key, known => known.Value);

        public async Task<IReadOnlyDictionary<DeliveryKey, ExceptionId>> DeliveredAsync(TenantId tenant, IReadOnlyCollection<DeliveryKey> deliveries, CancellationToken cancellationToken) =>
            showsDelivery ? await inner.DeliveredAsync(tenant, deliveries, cancellationToken) : new Dictionary<DeliveryKey, ExceptionId>();

        public Task<ExceptionPage> ListAsync(TenantId tenant, ExceptionQuery query, CancellationToken cancellationToken) => inner.ListAsync(tenant, query, cancellationToken);

        public Task<ExceptionRow?> FindAsync(TenantId tenant, ExceptionKey key, CancellationToken cancellationToken) => inner.FindAsync(tenant, key, cancellationToken);
    }

    /// <summary>A store in which deliveries are not seen at the first look.</summary>
    private sealed class Late(IExceptionStore inner) : IExceptionStore
    {
        private int looks;

        public Task<ExceptionRow?> FindAsync(TenantId tenant, ExceptionId exception, CancellationToken cancellationToken) => inner.FindAsync(tenant, exception, cancellationToken);

        public Task<IReadOnlyDictionary<ExceptionId, ExceptionKey>> KnownAsync(TenantId tenant, IReadOnlyCollection<ExceptionId> ids, CancellationToken cancellationToken) => inner.KnownAsync(tenant, ids, cancellationToken);

        public async Task<IReadOnlyDictionary<DeliveryKey, ExceptionId>> DeliveredAsync(TenantId tenant, IReadOnlyCollection<DeliveryKey> deliveries, CancellationToken cancellationToken) =>
            looks++ == 0 ? new Dictionary<DeliveryKey, ExceptionId>() : await inner.DeliveredAsync(tenant, deliveries, cancellationToken);

        public Task<ExceptionPage> ListAsync(TenantId tenant, ExceptionQuery query, CancellationToken cancellationToken) => inner.ListAsync(tenant, query, cancellationToken);

        public Task<ExceptionRow?> FindAsync(TenantId tenant, ExceptionKey key, CancellationToken cancellationToken) => inner.FindAsync(tenant, key, cancellationToken);
    }
}
