using FsCheck;
using FsCheck.Fluent;
using Reeve.Core.Decisions;
using Reeve.Core.Records;

namespace Reeve.Tests.Decisions;

public sealed class LatticeTests
{
    [Fact]
    public void Joining_never_loosens_either_side() =>
        Prop.ForAll<PolicyVerdict, PolicyVerdict>((left, right) =>
        {
            PolicyVerdict joined = Lattice.Stricter(left, right);
            return joined >= left && joined >= right && (joined == left || joined == right);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_order_of_opinions_does_not_matter() =>
        Prop.ForAll<PolicyVerdict[]>(opinions =>
        {
            PolicyVerdict forward = opinions.Aggregate(PolicyVerdict.Allow, Lattice.Stricter);
            PolicyVerdict backward = opinions.Reverse().Aggregate(PolicyVerdict.Allow, Lattice.Stricter);
            return forward == backward && forward == opinions.Append(PolicyVerdict.Allow).Max();
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_orders_are_those_of_the_law()
    {
        Lattice.Stricter(PolicyVerdict.RequireApproval, PolicyVerdict.Block).ShouldBe(PolicyVerdict.Block);
        Lattice.Stricter(PolicyVerdict.RequireApproval, PolicyVerdict.Allow).ShouldBe(PolicyVerdict.RequireApproval);
        Lattice.Stricter(OversightVerdict.RequireApproval, OversightVerdict.Escalate).ShouldBe(OversightVerdict.Escalate);
        Lattice.Stricter(Severity.High, Severity.Critical).ShouldBe(Severity.Critical);
    }
}
