namespace Reeve.Core.Changes;

/// <summary>
/// Kinds of what nodes hold in memory, so that a commit can say which of it no longer holds (docs/decisions/0014). Their words, which
/// other releases read, are in <see cref="SignalWords"/>.
/// </summary>
[Flags]
public enum Signals
{
    /// <summary>Nothing that anybody holds.</summary>
    None = 0,

    /// <summary>What is on hold.</summary>
    Hold = 1,

    /// <summary>Rows of the inbox that are nobody's.</summary>
    Inbox = 2,

    /// <summary>API keys.</summary>
    Keys = 4,

    /// <summary>Which versions of packs are active.</summary>
    Packs = 8,

    /// <summary>Schedules.</summary>
    Schedules = 16,

    /// <summary>Tenants.</summary>
    Tenants = 32,

    /// <summary>Breakers of tools.</summary>
    Breakers = 64,

    /// <summary>Which tools are switched off.</summary>
    Tools = 128,

    /// <summary>Runs of playbooks that are to be driven and are nobody's.</summary>
    Playbooks = 256,

    /// <summary>Everything.</summary>
    All = Hold | Inbox | Keys | Packs | Schedules | Tenants | Breakers | Tools | Playbooks,
}
