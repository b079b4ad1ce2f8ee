using Reeve.Core.Calendars;
using Reeve.Core.Expressions;
using Reeve.Core.Packs;
using Reeve.Core.Records;
using Reeve.Tests.Playbooks;

namespace Reeve.Tests.Records;

public sealed class RecordActivationTests
{
    [Theory]
    [InlineData("severity == 'HIGH'")]
    [InlineData("exception.severity == 'HIGH'")]
    [InlineData("now == timestamp('2026-01-05T13:00:00Z')")]
    public void A_name_means_the_record_and_the_time_shown_last(string condition)
    {
        RecordActivation activation = new(new NamedList<BusinessCalendar>([], calendar => calendar.Name));
        Expression expression = Expression.Compile(condition, ExpressionMode.Condition);

        activation.Show(Bench.Record(), Bench.Now);
        expression.Test(activation).IsTrue.ShouldBeFalse();
        activation.Show(Bench.Record(severity: Severity.High), Bench.Now.AddHours(1));

        expression.Test(activation).IsTrue.ShouldBeTrue();
    }

    [Theory]
    [InlineData("""{"x":1}""", """{"x":2}""", "x == 2")]
    [InlineData("""{"x":1}""", "{}", "x == 1")]
    [InlineData("""{"severity":"LOW"}""", """{"severity":"LOW"}""", "severity == 'MEDIUM'")]
    public void A_name_is_a_field_of_the_record_then_of_the_context_then_of_the_payload(string payload, string context, string condition)
    {
        RecordActivation activation = new(new NamedList<BusinessCalendar>([], calendar => calendar.Name));
        activation.Show(Bench.Record(payload, context), Bench.Now);

        Expression.Compile(condition, ExpressionMode.Condition).Test(activation).IsTrue.ShouldBeTrue();
    }
}
