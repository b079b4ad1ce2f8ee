using Reeve.Core.Calls;
using Reeve.Core.Decisions;
using Reeve.Core.Errors;
using Reeve.Core.Packs;
using Reeve.Core.Policies;
using Reeve.Core.Ports;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Core.Wording;
using Reeve.Engine.PackVersions;
using Reeve.Engine.Recording.Standings;
using Reeve.Engine.Runtime;
using Reeve.Engine.Tools.Executions;
using Reeve.Engine.Tools.Switches;

namespace Reeve.Engine.Tools.Requests;

/// <summary>
/// The door for people and programs to a tenant's tools: which there are, a call of one, and what became of calls (EX-API-42, 71 to 74). It decides nothing about a call but whose it is and what it stands at; the
/// rest is the gate's. Whether the actor may ask is asked by whoever calls. Thread-safe.
/// </summary>
public sealed class ToolDesk
{
    private readonly ToolPorts ports;

    /// <summary>Makes the door.</summary>
    public ToolDesk(ToolPorts ports) => this.ports = ports;

    /// <summary>Every tool of a tenant's active packs: by domain, then in the order of the pack. Those that may not be called are listed, too (EX-TOOL-4).</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="domain">Those of one domain; null for all.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ReeveException">PACK-040 when that domain has no active packs; STORE-….</exception>
    public async Task<IReadOnlyList<ListedTool>> ListAsync(TenantId tenant, DomainName? domain, CancellationToken cancellationToken)
    {
        IReadOnlyList<ToolSwitch> switches = await ports.Switches.ListAsync(tenant, cancellationToken);
        List<ListedTool> listed = [];
        foreach (BoundPolicy policy in await ActiveAsync(tenant, domain, cancellationToken))
        {
            listed.AddRange(policy.Tools.Select(tool => ListedTool.Of(policy, tool, switches)));
        }

        return listed;
    }

    /// <summary>One tool.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="tool">Its whole name, or its name in its domain.</param>
    /// <param name="domain">The domain; null: the only one that has it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ReeveException">TOOL-001 when there is none; PACK-041 when several domains have it.</exception>
    public async Task<ListedTool> FindAsync(TenantId tenant, string tool, DomainName? domain, CancellationToken cancellationToken)
    {
        (BoundPolicy policy, ToolName name) = await ResolveAsync(tenant, tool, domain, cancellationToken);
        return policy.Tools.Find(name.Value) is { } found
            ? ListedTool.Of(policy, found, await ports.Switches.ListAsync(tenant, cancellationToken))
            : throw NotDefined(tool);
    }

    /// <summary>Switches a tool off or on, for its tenant and at once.</summary>
    /// <returns>The tool as it is now.</returns>
    /// <exception cref="ReeveException">As <see cref="FindAsync"/>; TOOL-036 for a reason that is none; STORE-….</exception>
    public async Task<ListedTool> SwitchAsync(TenantId tenant, string tool, DomainName? domain, bool isEnabled, string reason, Principal actor, CancellationToken cancellationToken)
    {
        ListedTool found = await FindAsync(tenant, tool, domain, cancellationToken);
        (ToolSwitch made, _) = await ports.Switches.SwitchAsync(tenant, found.Id.Domain, found.Id.Tool, isEnabled, reason, actor, cancellationToken);
        return found with { Switch = made };
    }

    /// <summary>Asks for a call. What it stands at is read from the record of its exception and never taken from the request.</summary>
    /// <exception cref="ReeveException">
    /// TOOL-001 for an unknown tool, TOOL-006 for an exception of another domain, TOOL-040 for one that is not there, HTTP-016 when the key was used for another call; STORE-…, REC-… when the record cannot be
    /// written: nothing was sent.
    /// </exception>
    public async Task<RequestedCall> CallAsync(ToolRequest request, CancellationToken cancellationToken)
    {
        (BoundPolicy active, ToolName tool) = await ResolveAsync(request.TenantId, request.Tool, request.Domain, cancellationToken);
        (CallSubject? subject, Standing floor) = await StandingAsync(request, active.Domain.Name, cancellationToken);
        ExecutionId id = request.Key is { } key ? ToolRequest.IdOf(request.TenantId, request.Actor.Id, key) : new ExecutionId(ports.Ids.Next(ports.Runtime.Clock.GetUtcNow()));
        ToolCall call = new()
        {
            Id = id,
            Policy = request is { Key: not null, IsDryRun: false } ? await PolicyOfAsync(active, tool, subject, id, cancellationToken) : active,
            Tool = tool,
            Arguments = request.Arguments,
            Authority = CallAuthority.OfPrincipal(request.Actor, floor.Verdict, floor.Because),
            Subject = subject,
            Goal = request.Goal,
            IsDryRun = request.IsDryRun,
        };
        BegunCall begun;
        try
        {
            begun = await ports.Gate.BeginAsync(call, cancellationToken);
        }
        catch (ReeveException fault) when (request.Key is not null && fault.Error.Kind == ErrorCatalogue.Tools.OtherCall)
        {
            throw KeyReused(fault);
        }

        return new RequestedCall(new ToolId(request.TenantId, active.Domain.Name, tool), id, begun.Execution, await WithinAsync(begun.Answer, request.Wait, cancellationToken));
    }

    /// <summary>A page of executions, the newest first (EX-API-73).</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="filter">Which; tool, domain and exception are given by name.</param>
    /// <param name="tool">Of this tool, defined or not any more: its whole name, or its name in any domain. Null for all.</param>
    /// <param name="exception">For this exception; null for all, and for none.</param>
    /// <param name="place">Which page.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ReeveException">REC-005 for a cursor that is none; STORE-….</exception>
    public async Task<ExecutionsFound> PageAsync(TenantId tenant, ExecutionFilter filter, string? tool, ExceptionId? exception, PlaceInList place, CancellationToken cancellationToken)
    {
        if (tool is not null)
        {
            (DomainName? domain, ToolName name) = await NamedAsync(tenant, tool, cancellationToken);
            filter = filter with { Domain = domain, Tool = name };
        }

        if (exception is { } wanted)
        {
            if (await ports.Exceptions.FindAsync(tenant, wanted, cancellationToken) is not { } row)
            {
                return new ExecutionsFound([], 0, null);
            }

            filter = filter with { Exception = row.Key };
        }

        ExecutionPage found = await ports.Executions.ListAsync(tenant, filter, place.Skip + place.Size, place.Cursor, cancellationToken);
        return new ExecutionsFound(
            [.. found.Rows.Skip(place.Skip)], await ports.ExecutionRows.CountAsync(tenant, filter, ExecutionsFound.CountedAtMost + 1, cancellationToken), found.Cursor);
    }

    /// <summary>An execution with all that is on record of it.</summary>
    /// <exception cref="ReeveException">TOOL-033 when the tenant has none of that id; STORE-….</exception>
    public async Task<ExecutionFile> ExecutionAsync(TenantId tenant, ExecutionId id, CancellationToken cancellationToken) =>
        await ports.ExecutionRows.FindAsync(tenant, id, cancellationToken) is { Row: var row }
            ? await FileAsync(row, cancellationToken)
            : throw new ReeveException(new ReeveError(ErrorCatalogue.Tools.NoExecution, $"The tenant has no execution {id}."));

    /// <summary>Somebody who looked says how an execution ended whose end nobody knows.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="id">Which.</param>
    /// <param name="happened">Whether the tool did it.</param>
    /// <param name="note">How that is known.</param>
    /// <param name="actor">Who says so.</param>
    /// <param name="cancellationToken">Gives up waiting; it may be settled nevertheless.</param>
    /// <returns>The execution as it is now.</returns>
    /// <exception cref="ReeveException">TOOL-033, TOOL-036, TOOL-037; STORE-….</exception>
    public async Task<ExecutionFile> SettleAsync(TenantId tenant, ExecutionId id, bool happened, string note, Principal actor, CancellationToken cancellationToken)
    {
        await ports.Executions.SettleAsync(tenant, id, happened, note, actor, cancellationToken);
        return await ExecutionAsync(tenant, id, cancellationToken);
    }

    // A call for no exception is a run of its own (docs/decisions/0019).
    private Task<ExecutionFile> FileAsync(ToolExecution row, CancellationToken cancellationToken) => ExecutionFile.ReadAsync(
        row,
        row.Exception is { } exception ? ports.Log.OfExceptionAsync(row.TenantId, exception, cancellationToken) : ports.Log.OfRunAsync(row.TenantId, new RunId(row.Id.Value), cancellationToken),
        cancellationToken);

    // Asked again after other packs became active it is the same call still: it is bound to those it was made under.
    private async Task<BoundPolicy> PolicyOfAsync(BoundPolicy active, ToolName tool, CallSubject? subject, ExecutionId id, CancellationToken cancellationToken)
    {
        if (await ports.ExecutionRows.FindAsync(active.TenantId, id, cancellationToken) is not { Row: var row })
        {
            return active;
        }

        if (row.Tool != tool || row.Domain != active.Domain.Name || row.Exception != subject?.Key)
        {
            throw KeyReused(null);
        }

        ExecutionFile file = await FileAsync(row, cancellationToken);
        return file.Call is { } call && call["domainPack"].StringOrNull() is { } domainPack && call["tenantPolicy"].StringOrNull() is { } tenantPolicy
            ? await ports.Packs.ByHashAsync(active.TenantId, domainPack, tenantPolicy, cancellationToken) ?? active
            : active;
    }

    private async Task<(CallSubject? Subject, Standing Floor)> StandingAsync(ToolRequest request, DomainName domain, CancellationToken cancellationToken)
    {
        if (request.Exception is not { } exception)
        {
            return (null, request.IsAdministrator ? new Standing(PolicyVerdict.Allow, "") : new Standing(PolicyVerdict.RequireApproval, "It is for no exception, and only an administrator tries tools so."));
        }

        CaseStanding found = await ports.Standings.FindAsync(request.TenantId, exception, cancellationToken)
            ?? throw new ReeveException(new ReeveError(ErrorCatalogue.Tools.NoException, $"The tenant has no exception {Shown.Name(exception.Value)}.", "/exceptionId"));
        return found.Row.Domain == domain
            ? (new CallSubject(exception, found.Row.Key, found.Row.RunId, found.Row.PassId, Step: null, StepPart.Step) { RowVersion = found.Row.Version }, found.Standing)
            : throw new ReeveException(new ReeveError(
                ErrorCatalogue.Tools.OutOfScope, $"The exception is of the domain {Shown.Name(found.Row.Domain.Value)}, the tool of {Shown.Name(domain.Value)}.", "/exceptionId"));
    }

    private async Task<ToolAnswer?> WithinAsync(Task<ToolAnswer> answer, TimeSpan wait, CancellationToken cancellationToken)
    {
        if (answer.IsCompleted || wait <= TimeSpan.Zero)
        {
            return answer.IsCompleted ? await answer : null;
        }

        try
        {
            return await ports.Runtime.WithinAsync(wait, _ => answer, cancellationToken);
        }
        catch (TimeoutException)
        {
            return null;
        }
    }

    // Names of domains and tools may hold what parts of a whole name are parted by, so it is read by what there is.
    private async Task<(BoundPolicy Policy, ToolName Tool)> ResolveAsync(TenantId tenant, string text, DomainName? domain, CancellationToken cancellationToken)
    {
        IReadOnlyList<BoundPolicy> policies = await ActiveAsync(tenant, domain, cancellationToken);
        List<(BoundPolicy Policy, ToolName Tool)> named = [];
        foreach (BoundPolicy policy in policies)
        {
            string prefix = new ToolId(tenant, policy.Domain.Name, new ToolName("")).ToString();
            if (text.Length > prefix.Length && text.StartsWith(prefix, StringComparison.Ordinal))
            {
                named.Add((policy, new ToolName(text[prefix.Length..])));
            }
        }

        if (named.Count > 0)
        {
            return named.Find(one => one.Policy.Tools.Find(one.Tool.Value) is not null) is { Policy: not null } defined ? defined : named[0];
        }

        BoundPolicy[] having = [.. policies.Where(policy => policy.Tools.Find(text) is not null)];
        return having.Length switch
        {
            1 => (having[0], new ToolName(text)),
            0 when domain is not null && policies.Count == 1 => (policies[0], new ToolName(text)),
            0 => throw NotDefined(text),
            _ => throw new ReeveException(new ReeveError(ErrorCatalogue.Packs.SeveralActive, $"The domains {string.Join(", ", having.Select(policy => Shown.Name(policy.Domain.Name.Value)))} have a tool of that name.", "domain")),
        };
    }

    // Of a tool that no active pack defines any more, the last part of the name is taken for it.
    private async Task<(DomainName? Domain, ToolName Tool)> NamedAsync(TenantId tenant, string text, CancellationToken cancellationToken)
    {
        string ownTools = tenant.Value + ToolId.Between;
        if (!text.StartsWith(ownTools, StringComparison.Ordinal))
        {
            return (null, new ToolName(text));
        }

        foreach (BoundPolicy policy in await ActiveAsync(tenant, domain: null, cancellationToken))
        {
            string prefix = new ToolId(tenant, policy.Domain.Name, new ToolName("")).ToString();
            if (text.StartsWith(prefix, StringComparison.Ordinal))
            {
                return (policy.Domain.Name, new ToolName(text[prefix.Length..]));
            }
        }

        int end = text.LastIndexOf(ToolId.Between);
        return end < ownTools.Length ? (null, new ToolName(text)) : (new DomainName(text[ownTools.Length..end]), new ToolName(text[(end + 1)..]));
    }

    private async Task<IReadOnlyList<BoundPolicy>> ActiveAsync(TenantId tenant, DomainName? domain, CancellationToken cancellationToken)
    {
        if (domain is not null)
        {
            return [await ports.Packs.ActiveAsync(tenant, domain, cancellationToken)];
        }

        IReadOnlyList<StoredPack> versions = await ports.Packs.ListAsync(tenant, cancellationToken);
        List<BoundPolicy> policies = [];
        foreach (DomainName one in versions.Where(pack => pack is { IsActive: true, Key.Kind: PackKindStored.Policy }).Select(pack => pack.Key.Domain).Distinct().OrderBy(one => one.Value, StringComparer.Ordinal))
        {
            if (versions.Any(pack => pack is { IsActive: true, Key.Kind: PackKindStored.Domain } && pack.Key.Domain == one))
            {
                policies.Add(await ports.Packs.ActiveAsync(tenant, one, cancellationToken));
            }
        }

        return policies;
    }

    private static ReeveException NotDefined(string tool) => new(new ReeveError(ErrorCatalogue.Tools.NotDefined, $"No active pack of the tenant defines the tool {Shown.Name(tool)}."));

    private static ReeveException KeyReused(Exception? fault) => new(new ReeveError(ErrorCatalogue.Http.KeyReused, "Under this key another call was asked for."), fault);
}
