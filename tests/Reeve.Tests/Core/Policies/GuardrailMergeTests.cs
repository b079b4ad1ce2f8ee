using Reeve.Commands.PackVerbs;
using Reeve.Core.Packs;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Tests.PackDocuments;

namespace Reeve.Tests.Policies;

/// <summary>Key by key: the tenant's replaces, where it is silent the domain's holds, and what either blocks stays blocked.</summary>
public sealed class GuardrailMergeTests
{
    private const string Domain = """
        {"allowLists":["getOrder"],"blockLists":{"tools":["purge"],"actions":["add_comment"]},"humanApprovalThreshold":0.1,"escalateIfConfidenceBelow":0.2,
         "noAutoActionIfSeverityIn":["LOW"],"requireHumanApprovalFor":["ORDER"],"maxAutoRetries":3,"severityGates":{"LOW":{"requireApproval":true}}}
        """;

    [Fact]
    public void Where_the_tenant_is_silent_the_domains_guardrails_hold()
    {
        Guardrails merged = Merged(Domain, "{}");

        merged.AllowLists!.Tools.ShouldBe(["getOrder"]);
        merged.BlockLists!.Tools.ShouldBe(["purge"]);
        merged.HumanApprovalThreshold.ShouldBe(0.1);
        merged.EscalateIfConfidenceBelow.ShouldBe(0.2);
        merged.NoAutoActionIfSeverityIn.ShouldBe([Severity.Low]);
        merged.RequireHumanApprovalFor.ShouldBe([new ExceptionTypeName("ORDER")]);
        merged.MaxAutoRetries.ShouldBe(3);
        merged.SeverityGates.ShouldNotBeNull().ShouldHaveSingleItem().Severity.ShouldBe(Severity.Low);
    }

    [Fact]
    public void Every_key_that_the_tenant_gives_replaces_the_domains()
    {
        Guardrails merged = Merged(Domain, """
            {"allowLists":["refund"],"humanApprovalThreshold":0.5,"escalateIfConfidenceBelow":0.6,
             "noAutoActionIfSeverityIn":["HIGH"],"requireHumanApprovalFor":["NOTE"],"maxAutoRetries":7,"severityGates":{"HIGH":{"requireApproval":true}}}
            """);

        merged.AllowLists!.Tools.ShouldBe(["refund"]);
        merged.HumanApprovalThreshold.ShouldBe(0.5);
        merged.EscalateIfConfidenceBelow.ShouldBe(0.6);
        merged.NoAutoActionIfSeverityIn.ShouldBe([Severity.High]);
        merged.RequireHumanApprovalFor.ShouldBe([new ExceptionTypeName("NOTE")]);
        merged.MaxAutoRetries.ShouldBe(7);
        merged.SeverityGates.ShouldNotBeNull().ShouldHaveSingleItem().Severity.ShouldBe(Severity.High);
    }

    [Theory]
    [InlineData("""{"allowLists":["purge"]}""", "purge")]
    [InlineData("""{"allowLists":{"actions":["add_comment"]}}""", "add_comment")]
    public void A_tenant_may_not_allow_what_the_domain_pack_blocks(string guardrails, string name)
    {
        var reading = PackTexts.Bind(PackTexts.With("""{"tenantId":"T"}""", "/guardrailOverrides", guardrails), PackTexts.With(PackTexts.Domain, "/guardrails", Domain));

        reading.IsValid.ShouldBeFalse();
        reading.Errors.ShouldHaveSingleItem().Message.ShouldContain(name);
    }

    [Fact]
    public void A_tenant_may_not_move_the_endpoint_that_the_domain_pack_gives()
    {
        var reading = PackTexts.Bind("""{"tenantId":"T","toolEndpoints":{"getOrder":{"endpoint":"https://tenant.example.com/orders"}}}""");

        reading.IsValid.ShouldBeFalse();
        reading.Errors.ShouldHaveSingleItem().Message.ShouldContain("getOrder");
    }

    [Fact]
    public void A_policy_for_another_domain_is_not_bound()
    {
        var reading = PackTexts.Bind("""{"tenantId":"T","domainName":"Other"}""");

        reading.IsValid.ShouldBeFalse();
        reading.Errors.ShouldHaveSingleItem().Subject.ShouldBe("/domainName");
    }

    private static Guardrails Merged(string domain, string tenant) => PackTexts.Bind(
        PackTexts.With("""{"tenantId":"T"}""", "/guardrailOverrides", tenant), PackTexts.With(PackTexts.Domain, "/guardrails", domain)).OrThrow().Guardrails;
}
