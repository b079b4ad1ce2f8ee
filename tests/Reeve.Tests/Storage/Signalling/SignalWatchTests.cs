using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Reeve.Core.Changes;
using Reeve.Core.Errors;
using Reeve.Core.Events;
using Reeve.Core.Records;
using Reeve.Storage.Signalling;

namespace Reeve.Tests.Storage.Signalling;

public sealed class SignalWatchTests
{
    private static readonly TenantId North = new("NORTH");
    private static readonly TimeSpan Interval = SignalWatch.Interval;

    private readonly FakeTime clock = new();
    private readonly Commits commits = new();
    private readonly Channel<bool> looks = Channel.CreateUnbounded<bool>();
    private readonly SignalBoard board;
    private readonly List<(Signals Changed, TenantId? Tenant)> forgotten = [];

    public SignalWatchTests()
    {
        board = new SignalBoard(clock);
        foreach (Signals one in new[] { Signals.Hold, Signals.Keys, Signals.Packs })
        {
            board.Subscribe(one, tenant =>
            {
                lock (forgotten)
                {
                    forgotten.Add((one, tenant));
                }
            });
        }
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_in_the_log_at_the_start_is_not_read_and_what_comes_is_read_once()
    {
        commits.Add(1, 7, Signals.Keys, North);
        await using SignalWatch watch = await StartAsync();
        commits.Add(1, 8, Signals.Packs, North);

        await LookAsync();
        await LookAsync();

        forgotten.ShouldBe([(Signals.Packs, North)]);
    }

    [Fact]
    public async Task A_commit_of_another_slot_that_becomes_visible_later_is_not_passed_over()
    {
        await using SignalWatch watch = await StartAsync();
        commits.Add(2, 90, Signals.Packs, North);
        await LookAsync();

        commits.Add(1, 3, Signals.Keys, North);
        await LookAsync();

        forgotten.ShouldBe([(Signals.Packs, North), (Signals.Keys, North)]);
    }

    [Fact]
    public async Task It_looks_at_once_when_a_node_notifies()
    {
        await using SignalWatch watch = await StartAsync();
        commits.Add(1, 1, Signals.Keys, North);
        clock.Advance(TimeSpan.FromMilliseconds(20));

        commits.Heard();
        await looks.Reader.ReadAsync(Token);

        forgotten.ShouldBe([(Signals.Keys, North)]);
    }

    [Fact]
    public async Task Its_own_commit_is_forgotten_before_the_call_returns_and_told_once_however_many_there_are()
    {
        await using SignalWatch watch = await StartAsync();

        for (int i = 0; i < 1000; i++)
        {
            watch.Committed(Signals.Keys, North);
        }

        forgotten.Count.ShouldBe(1000);
        commits.Notices.ShouldBe(0);
        clock.Advance(TimeSpan.FromMilliseconds(20));
        await looks.Reader.ReadAsync(Token);
        commits.Notices.ShouldBe(1);
        clock.Advance(TimeSpan.FromMilliseconds(20));
        await LookAsync();
        commits.Notices.ShouldBe(1);
    }

    [Fact]
    public async Task What_is_held_is_current_only_after_what_changed_was_forgotten()
    {
        await using SignalWatch watch = await StartAsync();
        bool? wasCurrent = null;
        board.Subscribe(Signals.Hold, _ => wasCurrent = board.IsCurrent);
        commits.Fault = true;
        for (int i = 0; i < 3; i++)
        {
            await LookAsync();
        }

        board.IsCurrent.ShouldBeFalse();
        commits.Fault = false;
        commits.Add(1, 1, Signals.Hold, North);

        await LookAsync();

        wasCurrent.ShouldBe(false);
        board.IsCurrent.ShouldBeTrue();
    }

    [Fact]
    public async Task A_notice_that_could_not_be_given_is_given_at_the_next_look()
    {
        await using SignalWatch watch = await StartAsync();
        clock.Advance(TimeSpan.FromMilliseconds(20));
        commits.Fault = true;
        watch.Committed(Signals.Keys, North);
        await looks.Reader.ReadAsync(Token);
        commits.Fault = false;

        await LookAsync();

        commits.Notices.ShouldBe(1);
    }

    [Fact]
    public async Task A_look_that_takes_too_long_is_given_up_and_the_next_one_succeeds()
    {
        await using SignalWatch watch = await StartAsync();
        commits.HangsOnce = true;
        clock.Advance(Interval);
        await commits.Asked(Token);
        clock.Advance(TimeSpan.FromSeconds(2));
        await looks.Reader.ReadAsync(Token);
        commits.Add(1, 1, Signals.Keys, North);

        clock.Advance(Interval);
        while (forgotten.Count == 0 || !board.IsCurrent)
        {
            await looks.Reader.ReadAsync(Token);
        }

        forgotten.ShouldBe([(Signals.Keys, North)]);
        board.IsCurrent.ShouldBeTrue();
    }

    [Fact]
    public async Task After_an_absence_of_over_an_hour_everything_is_forgotten()
    {
        await using SignalWatch watch = await StartAsync();
        commits.Fault = true;
        await LookAsync();
        commits.Add(1, 5, Signals.Keys, North);
        clock.Advance(TimeSpan.FromHours(1));
        commits.Fault = false;

        clock.Advance(Interval);
        while (!board.IsCurrent)
        {
            await looks.Reader.ReadAsync(Token);
        }

        forgotten.ShouldBe([(Signals.Hold, null), (Signals.Keys, null), (Signals.Packs, null)]);
    }

    private async Task<SignalWatch> StartAsync()
    {
        SignalWatch watch = await SignalWatch.StartAsync(commits, board, clock, new Looks(looks), Token);
        board.IsCurrent.ShouldBeTrue();
        return watch;
    }

    private async Task LookAsync()
    {
        clock.Advance(Interval);
        await looks.Reader.ReadAsync(Token);
    }

    // A look that ended says so in the log.
    private sealed class Looks(Channel<bool> ended) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (eventId.Id == 2103)
            {
                ended.Writer.TryWrite(true);
            }
        }
    }

    private sealed class Commits : ISignalSource
    {
        private readonly Lock changing = new();
        private readonly List<SignalCommit> all = [];
        private readonly Channel<bool> asked = Channel.CreateUnbounded<bool>();

        internal Action Heard { get; private set; } = static () => { };

        internal int Notices { get; private set; }

        internal bool Fault { get; set; }

        internal bool HangsOnce { get; set; }

        internal void Add(int slot, long n, Signals changed, params TenantId[] tenants)
        {
            lock (changing)
            {
                all.Add(new SignalCommit(slot, n, changed, tenants));
            }
        }

        internal async Task Asked(CancellationToken cancellationToken) => await asked.Reader.ReadAsync(cancellationToken);

        public Task<ReaderPosition> HeadAsync(CancellationToken cancellationToken)
        {
            lock (changing)
            {
                return Task.FromResult(all.Aggregate(ReaderPosition.Start, (position, commit) => position.With(commit.Slot, commit.N)));
            }
        }

        public async Task<IReadOnlyList<SignalCommit>> ReadAsync(ReaderPosition after, CancellationToken cancellationToken)
        {
            await asked.Writer.WriteAsync(true, cancellationToken);
            if (HangsOnce)
            {
                HangsOnce = false;
                await new TaskCompletionSource().Task.WaitAsync(cancellationToken);
            }

            Refuse();
            lock (changing)
            {
                return [.. all.Where(commit => commit.N > after[commit.Slot]).OrderBy(commit => commit.Slot).ThenBy(commit => commit.N)];
            }
        }

        public Task NotifyAsync(CancellationToken cancellationToken)
        {
            Refuse();
            Notices++;
            return Task.CompletedTask;
        }

        public async Task ListenAsync(Action heard, CancellationToken stop)
        {
            Heard = heard;
            await new TaskCompletionSource().Task.WaitAsync(stop);
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private void Refuse()
        {
            if (Fault)
            {
                throw new ReeveException(new ReeveError(ErrorCatalogue.Storage.Unavailable, "down"));
            }
        }
    }
}
