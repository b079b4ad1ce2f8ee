using Microsoft.Extensions.Logging.Abstractions;
using Reeve.Core.Calls;
using Reeve.Core.Changes;
using Reeve.Core.Events;
using Reeve.Core.Policies;
using Reeve.Core.Ports;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Approvals;
using Reeve.Engine.Runtime;
using Reeve.Governance.Identity;
using Reeve.Testing.Stores;
using Reeve.Tests.Governance;

namespace Reeve.Tests.Approvals;

/// <summary>The door of approvals over a store in memory, with people who have real keys.</summary>
internal sealed class Chamber : IApprovalEffects
{
    private static readonly EventType[] Shown = [EventType.ApprovalRequested, EventType.ApprovalDecided, EventType.ApprovalClosed];

    private Chamber(Office office)
    {
        Office = office;
        Approvals = new MemoryApprovals(office.Store, DatabaseClock);
        Committer = new MeetingCommitter(office.Store);
        Desk = new ApprovalDesk(Approvals, Committer, new People(office.Settings, office.Clock), this, new SeededIds("approvals"), office.Clock);
        Watch = new ApprovalWatch(Approvals, Desk, new SeededRuntime(1, office.Clock), NullLogger.Instance);
    }

    internal static TenantId North => Office.North;

    internal static CancellationToken Token => TestContext.Current.CancellationToken;

    internal Office Office { get; }

    /// <summary>Another clock than the process's, and at first at the same time.</summary>
    internal FakeTime DatabaseClock { get; } = new();

    internal MemoryApprovals Approvals { get; }

    internal MeetingCommitter Committer { get; }

    internal ApprovalDesk Desk { get; }

    internal ApprovalWatch Watch { get; }

    /// <summary>What followed, in order: as it was asked for, and as it was committed.</summary>
    internal List<ApprovalStatus> Followed { get; } = [];

    internal List<ApprovalStatus> Done { get; } = [];

    /// <summary>Refuses to say what follows of these.</summary>
    internal HashSet<Guid> Stubborn { get; } = [];

    internal static async Task<Chamber> OpenAsync() => new(await Office.OpenAsync());

    /// <summary>A person with a key.</summary>
    internal async Task<Principal> PersonAsync(string owner, string role = "operator", PrincipalKind kind = PrincipalKind.Person, TenantId? tenant = null, Principal? maker = null)
    {
        (_, string text) = await Office.Keys.CreateAsync(new KeyRequest(tenant ?? North, kind, owner, [role], null), maker ?? Office.Root, Token);
        return (await Office.Keys.AuthenticateAsync(text, Token)).ShouldNotBeNull().Principal;
    }

    internal Task RevokeAsync(Principal principal) => Office.Keys.RevokeAsync(North, Guid.Parse(principal.Id["key:".Length..]), Office.Root, Token);

    /// <summary>What is asked about: one call, whose amount is awaited.</summary>
    internal Task<Approval> AskAsync(IReadOnlyList<QuorumPart>? quorum = null, Principal? actor = null, IReadOnlyList<string>? proposers = null, TenantId? tenant = null, ArgumentBound? bound = null) => Desk.SubmitAsync(
        new ApprovalWish
        {
            TenantId = tenant ?? North,
            Scope = ApprovalScope.Plan,
            Exception = new ExceptionKey(new Guid("01980000-0000-7000-8000-000000000001")),
            Pass = new PassId(new Guid("01980000-0000-7000-8000-000000000002")),
            Quorum = quorum ?? QuorumCount.Default,
            Request = new ApprovalRequest([Item(bound)], ["It is late."], "severityGates:HIGH"),
            Actor = actor ?? Principal.Of(Core.Decisions.Stage.Resolution),
            ProposerNames = proposers ?? [],
        },
        Token);

    internal Task<Approval> ApproveAsync(Approval approval, Principal actor, params GivenBound[] bounds) => Desk.ApproveAsync(approval.TenantId, approval.Id, actor, "Fine.", bounds, Token);

    internal Task<Approval> RejectAsync(Approval approval, Principal actor) => Desk.RejectAsync(approval.TenantId, approval.Id, actor, "Not so.", Token);

    internal async Task<Approval> FindAsync(Approval approval) => (await Desk.FindAsync(approval.TenantId, approval.Id, Token)).ShouldNotBeNull();

    /// <summary>Both clocks.</summary>
    internal void Advance(TimeSpan by)
    {
        Office.Clock.Advance(by);
        DatabaseClock.Advance(by);
    }

    /// <summary>The events of approvals, in short.</summary>
    internal string[] Events() =>
        [.. Office.Store.Events.Where(item => Shown.Contains(item.Type)).Select(item => $"{item.Type} {Word(item)}".TrimEnd())];

    /// <inheritdoc/>
    public Task<IReadOnlyList<Change>> OfAsync(Approval approval, DateTimeOffset at, CancellationToken cancellationToken)
    {
        if (Stubborn.Contains(approval.Id))
        {
            throw new Core.Errors.ReeveException(new Core.Errors.ReeveError(Core.Errors.ErrorCatalogue.Storage.Corrupt, "Its run cannot be read."));
        }

        Followed.Add(approval.Status);
        return Task.FromResult<IReadOnlyList<Change>>([]);
    }

    /// <inheritdoc/>
    void IApprovalEffects.Done(Approval approval) => Done.Add(approval.Status);

    private static string? Word(LoggedEvent item)
    {
        MapValue body = JsonText.Parse(System.Text.Encoding.UTF8.GetString(item.Body!.Value.Span)).AsMap(); // not null: nothing is erased
        return body.TryGet("status", out Value status) ? status.StringOrNull() : body.TryGet("decision", out Value decision) ? $"{decision.StringOrNull()} missing '{body["missing"].StringOrNull()}'" : null;
    }

    private static ApprovalItem Item(ArgumentBound? bound) => new()
    {
        Place = 1,
        Part = "step",
        StepId = "pay",
        Action = "Pay back.",
        Tool = new ToolName("refund"),
        ToolVersion = "1.0.0",
        Target = "POST https://parcels.example/refund",
        Arguments = (ObjectMap)JsonText.Parse("""{"parcel":"P1","amount":"{steps.find.output.amount}"}""").AsMap(),
        Digest = new CallDigest(new string('a', 64)),
        Awaited = [new AwaitedArgument("/amount", bound)],
    };

    /// <summary>Lets somebody else come first.</summary>
    internal sealed class MeetingCommitter(ICommitter inner) : ICommitter
    {
        /// <summary>Done once, before the next commit.</summary>
        internal Func<Task>? Before { get; set; }

        public Task<CommitOutcome> CommitAsync(IReadOnlyList<Change> changes, CancellationToken cancellationToken) => inner.CommitAsync(changes, cancellationToken);

        public async Task<CommitOutcome> CommitAloneAsync(TenantId tenant, IReadOnlyList<Change> changes, CancellationToken cancellationToken)
        {
            Func<Task>? before = Before;
            Before = null;
            await (before?.Invoke() ?? Task.CompletedTask);
            return await inner.CommitAloneAsync(tenant, changes, cancellationToken);
        }
    }
}
