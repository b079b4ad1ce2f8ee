using Reeve.Core.Errors;

namespace Reeve.Tests.Linting;

public sealed class DataLintTests
{
    [Theory]
    [InlineData("steps.gone.output.found", "LINT-013", "there is none")]
    [InlineData("steps.find.output.fuond", "LINT-018", "Did you mean \"found\"?")]
    [InlineData("steps.find.output.places[0].town == 'A'", "LINT-018", "only city")]
    [InlineData("steps.find.output.places.city == 'A'", "LINT-018", "it is a list")]
    [InlineData("steps.find.output.found.really", "LINT-018", "it is a boolean")]
    [InlineData("steps.find.found", "LINT-018", "Write steps.find.output.found")]
    [InlineData("steps.ask.output.answer == 'yes'", "LINT-013", "which calls no tool")]
    public void A_criterion_that_reads_what_is_not_answered_is_found(string criterion, string code, string said)
    {
        ReeveError finding = LintBench.Lint(Criterion(criterion)).Domain.ShouldHaveSingleItem();

        (finding.Code, finding.Subject).ShouldBe((code, "/playbooks/1/successCriteria/0"));
        finding.Message.ShouldContain(said);
    }

    [Theory]
    [InlineData("steps.find.output.found")]
    [InlineData("steps['find'].output.places[0].city == 'A'")]
    [InlineData("size(steps.find.output.places) > 0")]
    [InlineData("has(steps.find.output.found)")]
    public void A_criterion_that_reads_what_is_answered_is_not(string criterion) => LintBench.InDomain(Criterion(criterion)).ShouldBeEmpty();

    [Theory]
    [InlineData("""[{"stepId":"first","action":"locate","parameters":{"parcel":"{steps.second.output.accepted}"}},{"stepId":"second","action":"resend","parameters":{"parcel":"1"}}]""", "LINT-013 /playbooks/1/steps/0/parameters")]
    [InlineData("""[{"stepId":"first","action":"locate","parameters":{"parcel":"1"},"conditional":"steps.second.output.accepted"},{"stepId":"second","action":"resend","parameters":{"parcel":"1"}}]""", "LINT-013 /playbooks/1/steps/0/conditional")]
    [InlineData("""[{"stepId":"first","action":"locate","parameters":{"parcel":"1"}},"resend(steps.first.output.parcel)"]""", "LINT-018 /playbooks/1/steps/1")]
    [InlineData("""["locate('1') and resend('2')",{"action":"notify","parameters":{"message":"{steps.1.output.found}"}}]""", "LINT-013 /playbooks/1/steps/1/parameters")]
    public void A_step_that_reads_a_later_one_or_none_is_found(string steps, string finding) => LintBench.InDomain(LintBench.WithSteps(steps)).ShouldBe([finding]);

    [Theory]
    [InlineData("""["locate('1') and resend('2')",{"action":"notify","parameters":{"message":"{steps.1.1.output.found} {steps.1.2.output.accepted}"},"conditional":"steps.1.2.output.accepted"}]""")]
    [InlineData("""[{"stepId":"again","action":"resend","parameters":{"parcel":"1"},"rollback":{"tool":"recall","parameters":{"parcel":"{steps.again.output.accepted}"}},"fallback":{"action":"notify","parameters":{"message":"{steps.again.output.accepted}"}}}]""")]
    public void The_tools_of_one_text_and_a_steps_own_rollback_and_fallback_may_be_read(string steps) => LintBench.InDomain(LintBench.WithSteps(steps)).ShouldBeEmpty();

    [Fact]
    public void A_criterion_that_is_inherited_is_held_against_the_steps_that_replaced_others()
    {
        string domain = Make.With(LintBench.Domain, "playbooks", """
            [{"playbookId":"search","appliesTo":["LOST"],"steps":[{"stepId":"a","action":"locate","parameters":{"parcel":"1"}}],"successCriteria":["steps.a.output.found"]},
             {"playbookId":"hurry","appliesTo":["LATE"],"extends":"search","steps":[{"stepId":"a","action":"resend","parameters":{"parcel":"1"}}]}]
            """);

        LintBench.InDomain(domain).ShouldBe(["LINT-018 /playbooks/1"]);
        LintBench.InDomain(domain.Replace("\"extends\":\"search\",", "\"extends\":\"search\",\"successCriteria\":[\"steps.a.output.accepted\"],", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Fact]
    public void A_tool_that_says_nothing_of_its_answer_or_that_nothing_uses_is_found()
    {
        string tools = LintBench.Domain.Replace("\"returns\": \"void\"", "\"returns\": \"Receipt\"", StringComparison.Ordinal);
        string more = LintBench.Domain.Replace("\"recall\": {", "\"spare\": {\"description\": \"Spare.\", \"returns\": \"void\"}, \"old\": {\"description\": \"Old.\", \"enabled\": false}, \"recall\": {", StringComparison.Ordinal);

        LintBench.Lint(tools).Domain.ShouldHaveSingleItem().Message.ShouldContain("\"Receipt\", which nothing describes");
        LintBench.InDomain(more).ShouldBe(["LINT-017 /tools/spare"]);
        LintBench.InDomain(Make.With(more, "guardrails", """{"blockLists":["spare"],"rules":[{"id":"d","condition":"value > 1","decision":"BLOCK"}]}""")).ShouldBeEmpty();
        LintBench.InDomain(more, LintBench.Samples, Make.With(LintBench.Policy, "customPlaybooks", """[{"playbookId":"mine","appliesTo":["PARCEL"],"steps":["spare"]}]""")).ShouldBeEmpty();
    }

    [Fact]
    public void A_tool_in_a_group_is_found_in_its_place()
    {
        string domain = Make.With(Make.With(LintBench.Domain, "playbooks", "[]"), "tools", """{"apiActions":[{"name":"one","description":"One.","argsSchema":{}}]}""");

        LintBench.InDomain(domain).ShouldBe(["LINT-016 /tools/apiActions/0", "LINT-017 /tools/apiActions/0"]);
    }

    [Theory]
    [InlineData("wieght > 5", "wieght")]
    [InlineData("normalizedContext.hours > 5", "normalizedContext.hours")]
    [InlineData("has(rawPayload.colour) && rawPayload.colour == 'red'", "rawPayload.colour")]
    [InlineData("weight > 5 || stops[0].town == 'A'", "stops[0].town")]
    [InlineData("stops.exists(s, s.town == 'A')", "stops[*].town")]
    [InlineData("gone.away.far == 1", "gone")]
    public void A_field_that_no_sample_has_is_found(string condition, string field)
    {
        ReeveError finding = LintBench.Lint(LintBench.WithRule(condition)).Domain.ShouldHaveSingleItem();

        finding.Code.ShouldBe("LINT-019");
        finding.Message.ShouldContain($"\"{field}\", which no sample has");
    }

    [Theory]
    [InlineData("raw_payload.hours > 5 && exception.raw_payload.parcel == 'x'")]
    [InlineData("normalized_context.weight > 5")]
    [InlineData("stops.exists(s, s.city == 'A')")]
    [InlineData("normalizedContext.domain == 'x' || sourceSystem == 'y' || owner == 'me'")]
    [InlineData("now > timestamp('2026-01-01T00:00:00Z') && value > 1")]
    [InlineData("'gold' in policy_tags")]
    public void What_a_sample_a_mapping_or_the_record_has_is_not(string condition) => LintBench.InDomain(LintBench.WithRule(condition)).ShouldBeEmpty();

    [Fact]
    public void Without_samples_no_field_and_no_tag_is_looked_for()
    {
        LintBench.InDomain(LintBench.WithRule("wieght > 5"), samples: null).ShouldBeEmpty();
        LintBench.InDomain(LintBench.WithRule("wieght > 5"), samples: """[{"exceptionType":"LOST","rawPayload":{}},{"exceptionType":7,"rawPayload":{"a":1}}]""").ShouldBeEmpty();
    }

    [Theory]
    [InlineData("""[{"action":"locate","parameters":{"parcel":"{exception.raw_payload.pracel}"}}]""", "LINT-019 /playbooks/1/steps/0/parameters/parcel")]
    [InlineData("""[{"action":"notify","parameters":{"message":"of {exception.weigth} kg"}}]""", "LINT-019 /playbooks/1/steps/0/parameters/message")]
    [InlineData("""["locate(pracel)"]""", "LINT-019 /playbooks/1/steps/0")]
    [InlineData("""[{"action":"resend","parameters":{"parcel":"1"},"rollback":{"tool":"recall","parameters":{"parcel":"{exception.pracel}"}}}]""", "LINT-019 /playbooks/1/steps/0/rollback/parameters/parcel")]
    public void A_placeholder_or_bare_word_that_no_sample_fills_is_found(string steps, string finding) => LintBench.InDomain(LintBench.WithSteps(steps)).ShouldBe([finding]);

    [Theory]
    [InlineData("""["locate(parcel)","resend(found)",{"action":"notify","parameters":{"message":"{exception.weight} {exception.exception_id} {domain_pack.domain_name} {x}"}}]""")]
    public void What_a_sample_or_an_earlier_answer_fills_is_not(string steps) => LintBench.InDomain(LintBench.WithSteps(steps)).ShouldBeEmpty();

    [Fact]
    public void A_JSONPath_that_looks_for_a_member_nobody_has_is_found()
    {
        LintBench.InDomain(LintBench.Domain.Replace("has(rawPayload.weight)", "$.parcels[*].lost", StringComparison.Ordinal)).ShouldBe(["LINT-019 /exceptionTypes/PARCEL/detectionRules/0/condition"]);
        LintBench.InDomain(LintBench.Domain.Replace("has(rawPayload.weight)", "$.stops[?@.city == 'Z'].city", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Fact]
    public void A_tag_that_neither_mapping_nor_sample_gives_is_found()
    {
        LintBench.InDomain(LintBench.WithRule("'silver' in policy_tags && weight > 3")).ShouldBe(["LINT-020 /severityRules/0/condition"]);
        LintBench.InPolicy(Tagged("silver")).ShouldBe(["LINT-020 /customPlaybooks/0/conditions/match/policy_tags/0"]);
        LintBench.InPolicy(Tagged("gold")).ShouldBeEmpty();
        LintBench.InPolicy(Tagged("bronze"), samples: LintBench.Samples.Replace("\"kind\":\"scan\"", "\"kind\":\"scan\",\"policy_tags\":[\"bronze\"]", StringComparison.Ordinal)).ShouldBeEmpty();

        static string Tagged(string tag) => Make.With(
            LintBench.Policy, "customPlaybooks", $$$"""[{"playbookId":"mine","appliesTo":["LOST"],"conditions":{"match":{"policy_tags":["{{{tag}}}"]},"priority":3},"steps":["locate(parcel)"]}]""");
    }

    [Fact]
    public void A_tag_that_may_be_put_together_from_parts_is_not()
    {
        string domain = LintBench.WithRule("'tier-0' in policy_tags").Replace("['gold']", "['tier-' + string(doc.weight)]", StringComparison.Ordinal);

        LintBench.InDomain(domain).ShouldBeEmpty();
    }

    [Fact]
    public void A_calendar_is_used_by_a_duration_or_an_expression()
    {
        string domain = Make.With(LintBench.Domain, "calendars", """{"desk":{"zone":"Europe/London"},"night":{"zone":"Europe/London"}}""");

        LintBench.InDomain(domain).ShouldBe(["LINT-021 /calendars/desk", "LINT-021 /calendars/night"]);
        LintBench.InDomain(Make.With(domain, "problemWindow", "\"2bd@night\""), LintBench.Samples, Make.With(Make.With(LintBench.Policy, "agingThresholds", """{"LOST":"1bd@desk"}"""), "escalationQueue", "\"q\"")).ShouldBeEmpty();
        LintBench.InDomain(domain.Replace("doc.weight", "businessDays.between(timestamp('2026-01-01T00:00:00Z'), timestamp('2026-01-02T00:00:00Z'), doc.gold == true ? 'desk' : 'night')", StringComparison.Ordinal)).ShouldBeEmpty();
        LintBench.InDomain(domain.Replace("\"doc.weight\"", "\"businessDays.between(timestamp('2026-01-01T00:00:00Z'), timestamp('2026-01-02T00:00:00Z'), doc.desk == null ? 'desk' : doc.desk)\"", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    private static string Criterion(string criterion) =>
        LintBench.WithSteps("""[{"stepId":"find","action":"locate","parameters":{"parcel":"1"}},{"stepId":"ask","action":"Ask the depot"}]""", $"[{System.Text.Json.JsonSerializer.Serialize(criterion)}]");
}
