using System.Text;
using Reeve.Core.PackDocuments;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Governance.Retention;

namespace Reeve.Tests.Governance.Retention;

/// <summary>What a policy says of retention, and what goes by it.</summary>
public sealed class RetentionRulesTests
{
    private static readonly DateTimeOffset Now = new(2032, 2, 29, 12, 0, 0, TimeSpan.Zero);
    private static readonly DomainName Parcels = new("Parcels");
    private static readonly DomainName Letters = new("Letters");

    [Fact]
    public void Without_any_policy_data_and_log_are_kept_for_seven_years()
    {
        TenantRetention nothing = new([]);

        nothing.LogEnds(Now).ShouldBe(new DateTimeOffset(2025, 2, 28, 12, 0, 0, TimeSpan.Zero));
        nothing.DataEnds(Parcels, Now).ShouldBe(nothing.LogEnds(Now));
    }

    [Fact]
    public void Each_domain_has_its_own_days_and_the_log_the_longest_of_all()
    {
        TenantRetention tenant = new([(Parcels, new RetentionPolicy(30, 1)), (Letters, new RetentionPolicy(null, 3))]);

        tenant.DataEnds(Parcels, Now).ShouldBe(Now.AddDays(-30));
        tenant.DataEnds(Letters, Now).ShouldBe(Now.AddYears(-3));
        tenant.LogEnds(Now).ShouldBe(Now.AddYears(-3));
    }

    [Theory]
    [InlineData(1, 7)]
    [InlineData(10, 10)]
    public void A_domain_without_a_policy_keeps_its_data_seven_years_or_as_long_as_the_log(int years, int kept) =>
        new TenantRetention([(Parcels, new RetentionPolicy(null, years))]).DataEnds(Letters, Now).ShouldBe(Now.AddYears(-kept));

    [Fact]
    public void A_log_never_ends_before_the_data_in_it() =>
        new TenantRetention([(Parcels, new RetentionPolicy(4_000, 1))]).LogEnds(Now).ShouldBe(Now.AddDays(-4_000));

    [Fact]
    public void What_is_everybodys_ends_with_the_last_and_of_nobody_nothing_is_known()
    {
        TenantRetention one = new([(Parcels, new RetentionPolicy(null, 1))]);
        TenantRetention ten = new([(Parcels, new RetentionPolicy(null, 10))]);

        RetentionRules.LogEnds([one, ten], Now).ShouldBe(Now.AddYears(-10));
        RetentionRules.LogEnds([], Now).ShouldBeNull();
    }

    [Theory]
    [InlineData(ResolutionStatus.Resolved, null, true)]
    [InlineData(ResolutionStatus.Escalated, null, true)]
    [InlineData(ResolutionStatus.Open, Actionability.NonActionableInfoOnly, true)]
    [InlineData(ResolutionStatus.Open, Actionability.ActionableApprovedProcess, false)]
    [InlineData(ResolutionStatus.Open, null, false)]
    [InlineData(ResolutionStatus.InProgress, Actionability.NonActionableInfoOnly, false)]
    [InlineData(ResolutionStatus.PendingApproval, null, false)]
    public void Final_is_what_nothing_more_is_expected_of(ResolutionStatus status, Actionability? actionability, bool isFinal) =>
        RetentionRules.IsFinal(new AgedCase
        {
            Key = new ExceptionKey(Guid.Empty), Version = 1, Status = status, Actionability = actionability, CreatedAt = Now, UpdatedAt = Now,
        }).ShouldBe(isFinal);

    [Theory]
    [InlineData("{}", null, 7)]
    [InlineData("""{"retentionPolicies":{}}""", null, 7)]
    [InlineData("""{"retentionPolicies":{"dataTTL":30}}""", 30, 7)]
    [InlineData("""{"retention_policies":{"data_ttl":30,"audit_years":2}}""", 30, 2)]
    [InlineData("""{"guardrailOverrides":{"of a later release":[1]},"retentionPolicies":{"auditYears":1}}""", null, 1)]
    public void A_stored_policy_says_how_long_whatever_else_is_in_it(string json, int? days, int years) =>
        TenantPolicyReader.Retention(Encoding.UTF8.GetBytes(json)).ShouldBe(new RetentionPolicy(days, years));

    [Theory]
    [InlineData("[]")]
    [InlineData("""{"retentionPolicies":{"dataTTL":0}}""")]
    [InlineData("""{"retentionPolicies":{"dataTTL":"30"}}""")]
    [InlineData("""{"retentionPolicies":{"auditYears":0.5}}""")]
    [InlineData("""{"retentionPolicies":{"legalHold":true}}""")]
    public void A_policy_that_says_something_else_says_nothing(string json) => TenantPolicyReader.Retention(Encoding.UTF8.GetBytes(json)).ShouldBeNull();

    [Fact]
    public void A_month_ends_where_the_next_begins()
    {
        LogMonth.Of(Now).ToString().ShouldBe("2032-02");
        LogMonth.Of(new DateTimeOffset(2032, 12, 31, 23, 0, 0, TimeSpan.FromHours(-2))).End.ShouldBe(new DateTimeOffset(2033, 2, 1, 0, 0, 0, TimeSpan.Zero));
    }
}
