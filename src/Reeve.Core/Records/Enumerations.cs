namespace Reeve.Core.Records;

/// <summary>How bad it is; ordered, higher is worse.</summary>
public enum Severity
{
    /// <summary>LOW.</summary>
    Low,

    /// <summary>MEDIUM.</summary>
    Medium,

    /// <summary>HIGH.</summary>
    High,

    /// <summary>CRITICAL.</summary>
    Critical,
}

/// <summary>Where an exception stands.</summary>
public enum ResolutionStatus
{
    /// <summary>OPEN: nothing was done yet, or nothing need be.</summary>
    Open,

    /// <summary>IN_PROGRESS: planned, under way, or waiting for a person to confirm.</summary>
    InProgress,

    /// <summary>RESOLVED.</summary>
    Resolved,

    /// <summary>ESCALATED: people must look.</summary>
    Escalated,

    /// <summary>PENDING_APPROVAL: planned, and a person must agree.</summary>
    PendingApproval,
}

/// <summary>What can be done about an exception (EX-AGENT-POLICY-2).</summary>
public enum Actionability
{
    /// <summary>An applicable playbook is approved for the tenant.</summary>
    ActionableApprovedProcess,

    /// <summary>Action is needed, and no approved playbook applies.</summary>
    ActionableNonApprovedProcess,

    /// <summary>Nothing needs doing.</summary>
    NonActionableInfoOnly,
}

/// <summary>What policy says; a lattice, ordered: a higher value is stricter.</summary>
public enum PolicyVerdict
{
    /// <summary>ALLOW.</summary>
    Allow,

    /// <summary>REQUIRE_APPROVAL.</summary>
    RequireApproval,

    /// <summary>BLOCK.</summary>
    Block,
}

/// <summary>What the Supervisor says; ordered, a higher value is stricter (EX-ORCH-7).</summary>
public enum OversightVerdict
{
    /// <summary>OK.</summary>
    Ok,

    /// <summary>REQUIRE_APPROVAL.</summary>
    RequireApproval,

    /// <summary>ESCALATE.</summary>
    Escalate,
}

/// <summary>What became of one step of a plan.</summary>
public enum StepStatus
{
    /// <summary>SUCCESS.</summary>
    Success,

    /// <summary>FAILED.</summary>
    Failed,

    /// <summary>SKIPPED.</summary>
    Skipped,

    /// <summary>NEEDS_APPROVAL: a person must decide before it runs.</summary>
    NeedsApproval,
}

/// <summary>What a tool does to the world.</summary>
public enum ToolEffect
{
    /// <summary>It may change something; the default.</summary>
    Write,

    /// <summary>It only reads; repeating it is harmless.</summary>
    Read,
}

/// <summary>Whether a tenant's plans reach the world.</summary>
public enum AutomationMode
{
    /// <summary>SHADOW: Reeve proposes, nothing is called. New tenants start here.</summary>
    Shadow,

    /// <summary>DRY_RUN: plans run against mocks.</summary>
    DryRun,

    /// <summary>LIVE: tools are called.</summary>
    Live,
}
