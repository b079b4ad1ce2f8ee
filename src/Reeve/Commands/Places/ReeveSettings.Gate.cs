using Reeve.Engine.Tools.Gating;
using Reeve.Server.Hosting;

namespace Reeve.Commands.Places;

/// <content>How tools are called.</content>
public sealed partial record ReeveSettings
{
    private const int MostCalls = 1_000_000;

    /// <summary>How many calls of one tenant may be under way in this process.</summary>
    public int CallsPerTenant { get; init; } = new ToolGateOptions().CallsPerTenant;

    /// <summary>What tools may reach, and how many calls may be under way.</summary>
    public ToolReach Reach => new() { Outbound = Outbound, Mail = Mail, Programs = Programs, Mcp = Mcp, CallsPerTenant = CallsPerTenant };

    private static Setting<int> CallsPerTenantSetting { get; } = new()
    {
        Name = "tools.callsPerTenant", Form = $"whole number, 1 to {MostCalls}", Default = new ToolGateOptions().CallsPerTenant, Usually = "2000", Read = static value => value.Number(1, MostCalls),
        Meaning = "How many calls of tools one tenant may have under way in one process. Further ones are refused (TOOL-028), so that a tenant whose tools are slow takes nobody else's place.",
    };
}
