using Reeve.Core.Errors;
using Reeve.Core.Principals;
using Reeve.Governance.Access;

namespace Reeve.Tests.Governance.Access;

/// <summary>What is not granted is denied.</summary>
public sealed class AccessRulesTests
{
    private static readonly Dictionary<string, Permission[]> Granted = new(StringComparer.Ordinal)
    {
        ["viewer"] = [Permission.Read, Permission.ReadAggregates],
        ["operator"] = [Permission.Read, Permission.ReadAggregates, Permission.PayloadRead, Permission.Ingest, Permission.Run, Permission.Hold, Permission.UseTools, Permission.Approve],
        ["admin"] =
        [
            Permission.Read, Permission.ReadAggregates, Permission.PayloadRead, Permission.Ingest, Permission.Run, Permission.ManagePacks, Permission.ManageKeys,
            Permission.ManageSecrets, Permission.Hold, Permission.Resume, Permission.SetMode, Permission.UseTools, Permission.SwitchTools, Permission.Approve,
        ],
        ["supervisor"] = [Permission.ReadAggregates],
        ["developer"] = [Permission.Read, Permission.ReadAggregates, Permission.ManagePacks],
        ["auditor"] = [Permission.Read, Permission.ReadAggregates],
        ["platform"] = [Permission.Platform, Permission.ManageSecrets, Permission.Hold, Permission.Resume, Permission.SetMode],
    };

    public static TheoryData<string, Permission> Matrix
    {
        get
        {
            TheoryData<string, Permission> matrix = [];
            foreach (string role in Granted.Keys.Order(StringComparer.Ordinal))
            {
                foreach (Permission permission in Enum.GetValues<Permission>())
                {
                    matrix.Add(role, permission);
                }
            }

            return matrix;
        }
    }

    [Theory]
    [MemberData(nameof(Matrix))]
    public void A_role_may_what_it_is_granted_and_nothing_else(string role, Permission permission)
    {
        Principal principal = Who(role);

        AccessRules.Allows(principal, permission).ShouldBe(Granted[role].Contains(permission));
        if (!Granted[role].Contains(permission))
        {
            ReeveError refusal = Should.Throw<ReeveException>(() => AccessRules.Demand(principal, permission)).Error;
            (refusal.Code, refusal.Kind.HttpStatus).ShouldBe(("AUTH-002", 403));
        }
    }

    [Fact]
    public void Every_role_is_in_the_matrix() => Roles.OfTenants.Append(Roles.Platform).Order(StringComparer.Ordinal).ShouldBe(Granted.Keys.Order(StringComparer.Ordinal));

    [Theory]
    [InlineData]
    [InlineData("")]
    [InlineData("Admin")]
    [InlineData("admin ")]
    [InlineData("root")]
    public void Whoever_has_no_known_role_may_nothing(params string[] roles) =>
        Enum.GetValues<Permission>().Where(permission => AccessRules.Allows(Who(roles), permission)).ShouldBeEmpty();

    [Fact]
    public void Several_roles_add_up()
    {
        AccessRules.Allows(Who("viewer", "platform"), Permission.Platform).ShouldBeTrue();
        AccessRules.Allows(Who("viewer", "platform"), Permission.Read).ShouldBeTrue();
        AccessRules.Allows(Who("viewer", "platform"), Permission.ManageKeys).ShouldBeFalse();
    }

    [Theory]
    [InlineData("admin", "viewer", true)]
    [InlineData("admin", "admin", true)]
    [InlineData("admin", "developer", true)]
    [InlineData("admin", "supervisor", false)]
    [InlineData("admin", "platform", false)]
    [InlineData("operator", "viewer", false)]
    [InlineData("developer", "viewer", false)]
    [InlineData("platform", "platform", true)]
    [InlineData("platform", "supervisor", true)]
    [InlineData("platform", "admin", true)]
    public void Nobody_gives_a_role_that_reaches_further_than_the_own(string own, string given, bool may) => AccessRules.MayGrant(Who(own), given).ShouldBe(may);

    private static Principal Who(params string[] roles) => new(PrincipalKind.Person, "key:1", "Ada", roles);
}
