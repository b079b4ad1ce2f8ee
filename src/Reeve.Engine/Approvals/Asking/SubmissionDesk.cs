using Reeve.Core.Errors;
using Reeve.Core.Packs;
using Reeve.Core.Policies;
using Reeve.Core.Ports;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Core.Schemas;
using Reeve.Core.Values;
using Reeve.Core.Wording;
using Reeve.Engine.PackVersions;
using Reeve.Engine.Recording;
using Reeve.Engine.Tools.Requests;

namespace Reeve.Engine.Approvals.Asking;

/// <summary>
/// The door for whoever asks for an approval beside a plan (EX-API-14, EX-APPR-2): makes of the calls that somebody names what people see and what binds them, under the active packs. Whether the actor may ask is asked
/// before. Thread-safe.
/// </summary>
/// <param name="packs">The packs.</param>
/// <param name="exceptions">The rows of exceptions.</param>
/// <param name="binder">What a call would be bound to.</param>
/// <param name="desk">Asks.</param>
/// <param name="clock">The clock.</param>
public sealed class SubmissionDesk(PackRegistry packs, IExceptionStore exceptions, ICallBinder binder, ApprovalDesk desk, TimeProvider clock)
{
    /// <summary>How many calls one approval is about, at most: more than people read, and far more than a plan has.</summary>
    public const int MostCalls = 100;

    /// <summary>How long people may have, at most: thirty days.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(30);

    /// <summary>Asks.</summary>
    /// <returns>The approval, PENDING. What it covers is called by <c>POST /tools/{toolId}/execute</c>: for the same exception, or, for none, by its submitter with the approval's id as key.</returns>
    /// <exception cref="ReeveException">
    /// APPR-009 for no time, APPR-012 when no call of it changes anything or one cannot be called; TOOL-001, TOOL-013, TOOL-040 for what is not there or does not fit; PACK-040 without active packs; STORE-….
    /// </exception>
    public async Task<Approval> SubmitAsync(Submission wanted, CancellationToken cancellationToken)
    {
        if (wanted.Within is { } asked && (asked < TimeSpan.FromMinutes(1) || asked > Longest))
        {
            throw new ReeveException(new ReeveError(ErrorCatalogue.Approvals.BadTimeout, "It is not between 1 and 43,200 minutes.", "/timeoutMinutes"));
        }

        if (wanted.Calls.Count is 0 or > MostCalls || (wanted.Exception is null && wanted.Calls.Count > 1))
        {
            throw new ReeveException(new ReeveError(ErrorCatalogue.Approvals.NothingToApprove, $"It names {wanted.Calls.Count} calls: for an exception 1 to {MostCalls}, for none exactly one.", "/calls"));
        }

        ExceptionRow? row = null;
        if (wanted.Exception is { } exception)
        {
            row = await exceptions.FindAsync(wanted.TenantId, exception, cancellationToken)
                ?? throw new ReeveException(new ReeveError(ErrorCatalogue.Tools.NoException, $"The tenant has no exception {Shown.Name(exception.Value)}.", "/exceptionId"));
        }

        BoundPolicy policy = await packs.ActiveAsync(wanted.TenantId, row?.Domain ?? wanted.Domain, cancellationToken);
        DateTimeOffset now = clock.GetUtcNow();
        HumanApprovalRule[] rules = [.. policy.Policy.HumanApprovalRules.Where(rule => rule.RequireApproval)];
        return await desk.SubmitAsync(
            new ApprovalWish
            {
                TenantId = wanted.TenantId,
                Scope = ApprovalScope.Call,
                Exception = row?.Key,
                Execution = row is null ? id => ToolRequest.IdOf(wanted.TenantId, wanted.Actor.Id, id.ToString("D")) : null,
                Pass = row?.PassId,

                // Which rules hold is said of plans. A call beside them is asked of as many people as the strictest of all asks, so that nobody goes around a rule by asking for its steps one by one.
                Quorum = QuorumCount.Join(rules.Select(rule => rule.Quorum.Count == 0 ? QuorumCount.Default : rule.Quorum)),
                Until = Until(wanted.Within, rules, policy, now),
                Request = new ApprovalRequest(Items(wanted, policy), wanted.Evidence, "Somebody asks for exactly these calls."),
                Actor = wanted.Actor,
            },
            cancellationToken);
    }

    // No later than a rule allows.
    private static DateTimeOffset Until(TimeSpan? within, HumanApprovalRule[] rules, BoundPolicy policy, DateTimeOffset now)
    {
        DateTimeOffset until = TimeText.ToMicroseconds(now + (within ?? ApprovalDesk.DefaultWithin));
        foreach (HumanApprovalRule rule in rules)
        {
            if (rule.Within is { } allowed && allowed.AddTo(now, name => policy.Calendars.Find(name)) is var end && end < until)
            {
                until = end;
            }
        }

        return until;
    }

    private List<ApprovalItem> Items(Submission wanted, BoundPolicy policy)
    {
        List<ApprovalItem> items = [];
        List<ReeveError> wrong = [];
        for (int i = 0; i < wanted.Calls.Count; i++)
        {
            AskedCall call = wanted.Calls[i];
            string prefix = new ToolId(policy.TenantId, policy.Domain.Name, new ToolName("")).ToString();
            ToolName name = new(call.Tool.StartsWith(prefix, StringComparison.Ordinal) ? call.Tool[prefix.Length..] : call.Tool);
            if (policy.Tools.Find(name.Value) is not { } tool)
            {
                throw new ReeveException(new ReeveError(ErrorCatalogue.Tools.NotDefined, $"The domain {Shown.Name(policy.Domain.Name.Value)} has no tool {Shown.Name(call.Tool)}.", $"/calls/{i}/tool"));
            }

            SchemaProblem[] problems = [.. tool.InputSchema.Validate(Value.Of(call.Arguments))];
            wrong.AddRange(problems.Select(problem => new ReeveError(ErrorCatalogue.Tools.BadInput, problem.Message, $"/calls/{i}/arguments{problem.InstancePointer}")));
            if (problems.Length > 0 || tool.Effect == ToolEffect.Read)
            {
                // Reads need no approval.
                continue;
            }

            if (binder.Bind(policy, name, call.Arguments) is not { } binding)
            {
                throw new ReeveException(new ReeveError(ErrorCatalogue.Approvals.NothingToApprove, $"The tool {Shown.Name(call.Tool)} cannot be called so.", $"/calls/{i}/tool"));
            }

            items.Add(new ApprovalItem
            {
                Place = 0,
                Part = ApprovalItem.WithoutStep,
                StepId = "",
                Action = call.Action ?? tool.Description,
                Tool = name,
                ToolVersion = binding.ToolVersion,
                Target = binding.Target,
                Arguments = call.Arguments,
                Digest = binding.Digest,
                Effect = tool.Effect,
                Undo = tool.RollbackTool?.Value,
            });
        }

        return wrong.Count == 0 ? items : throw new ReeveErrorsException(wrong);
    }
}

/// <summary>What somebody asks for.</summary>
public sealed record Submission
{
    /// <summary>Whose.</summary>
    public required TenantId TenantId { get; init; }

    /// <summary>The exception; null for a call that is for none.</summary>
    public ExceptionId? Exception { get; init; }

    /// <summary>The domain of a call for none; null: the only one there is.</summary>
    public DomainName? Domain { get; init; }

    /// <summary>The calls.</summary>
    public required IReadOnlyList<AskedCall> Calls { get; init; }

    /// <summary>Why, in sentences.</summary>
    public IReadOnlyList<string> Evidence { get; init; } = [];

    /// <summary>How long people have; null: <see cref="ApprovalDesk.DefaultWithin"/>. A rule of the tenant that gives less time is kept.</summary>
    public TimeSpan? Within { get; init; }

    /// <summary>Who asks, and so decides nothing of it.</summary>
    public required Principal Actor { get; init; }
}

/// <summary>One call that somebody asks for.</summary>
/// <param name="Tool">Its name in the domain, or its whole name.</param>
/// <param name="Arguments">The arguments.</param>
/// <param name="Action">What it is for; null: what the tool's description says.</param>
public sealed record AskedCall(string Tool, ObjectMap Arguments, string? Action);
