namespace Reeve.Tests.Architecture;

/// <summary>One gate: what reaches tools is held by it, by what sends for it, and by the wiring, and by nobody else (EX-TOOL-11).</summary>
public sealed class GateTests
{
    private static readonly string[] Holders = ["/Tools/Kinds/", "/Tools/Gating/", "/Tools/Attempts/", "/Hosting/StoreSession."];

    [Fact]
    public void Nothing_but_the_gate_reaches_a_tool() =>
        SourceTree.Sources.Where(file => file.Text.Contains("IToolKind", StringComparison.Ordinal) && !Array.Exists(Holders, holder => file.Path.Contains(holder, StringComparison.Ordinal)))
            .Select(file => file.Path).ShouldBeEmpty();

    [Fact]
    public void Only_the_gate_sends_calls() =>
        SourceTree.Sources.Where(file => file.Text.Contains("CallSender", StringComparison.Ordinal) && !file.Path.Contains("/Tools/Gating/", StringComparison.Ordinal) && !file.Path.Contains("/Tools/Attempts/", StringComparison.Ordinal))
            .Select(file => file.Path).ShouldBeEmpty();

    [Fact]
    public void There_is_one_gate() =>
        SourceTree.Sources.Where(file => file.Text.Contains(": IToolGate", StringComparison.Ordinal)).Select(file => file.Path).ShouldHaveSingleItem().ShouldEndWith("/Tools/Gating/ToolGate.cs");
}
