using Reeve.Core.Records;

namespace Reeve.Core.Decisions;

/// <summary>The stages an exception passes, in order (EX-ORCH-1).</summary>
public enum Stage
{
    /// <summary>Raw data becomes a record.</summary>
    Intake,

    /// <summary>Type, severity, confidence.</summary>
    Triage,

    /// <summary>What the tenant allows.</summary>
    Policy,

    /// <summary>The Supervisor's review of Policy.</summary>
    SupervisorPolicy,

    /// <summary>The plan.</summary>
    Resolution,

    /// <summary>The Supervisor's review of the plan.</summary>
    SupervisorResolution,

    /// <summary>What came of it and what can be learned.</summary>
    Feedback,
}

/// <summary>What an agent asks to happen next (EX-MODEL-8).</summary>
public enum NextStep
{
    /// <summary>triage.</summary>
    Triage,

    /// <summary>policy.</summary>
    Policy,

    /// <summary>resolution.</summary>
    Resolution,

    /// <summary>feedback.</summary>
    Feedback,

    /// <summary>complete: nothing is left to do.</summary>
    Complete,

    /// <summary>ESCALATE: people must look.</summary>
    Escalate,

    /// <summary>PENDING_APPROVAL: wait for a person.</summary>
    PendingApproval,
}

/// <summary>The wire names of stages and next steps.</summary>
public static class StageNames
{
    private static readonly string[] Keys =
        ["intake", "triage", "policy", "supervisorPolicy", "resolution", "supervisorResolution", "feedback"];

    private static readonly string[] Agents =
        ["IntakeAgent", "TriageAgent", "PolicyAgent", "SupervisorAgent", "ResolutionAgent", "SupervisorAgent", "FeedbackAgent"];

    private static readonly string[] Steps =
        ["triage", "policy", "resolution", "feedback", "complete", "ESCALATE", "PENDING_APPROVAL"];

    /// <summary>The key of a stage in a run result.</summary>
    public static string Key(this Stage stage) => Keys[(int)stage];

    /// <summary>Reads a key.</summary>
    public static bool TryParse(string key, out Stage stage)
    {
        int at = Array.IndexOf(Keys, key);
        stage = (Stage)Math.Max(at, 0);
        return at >= 0;
    }

    /// <summary>The agent that decides a stage.</summary>
    public static string Agent(this Stage stage) => Agents[(int)stage];

    /// <summary>The wire name of a next step.</summary>
    public static string Name(this NextStep step) => Steps[(int)step];

    /// <summary>Reads a next step: its wire name in any case, or a synonym such as <c>ProceedToPolicy</c>.</summary>
    public static bool TryParse(string text, out NextStep step)
    {
        string name = text.StartsWith("ProceedTo", StringComparison.OrdinalIgnoreCase) ? text["ProceedTo".Length..] : text;
        for (int i = 0; i < Steps.Length; i++)
        {
            if (string.Equals(Steps[i], name, StringComparison.OrdinalIgnoreCase))
            {
                step = (NextStep)i;
                return true;
            }
        }

        return Wire.TryParse(name, out step);
    }
}
