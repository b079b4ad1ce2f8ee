using Reeve.Core.Calendars;
using Reeve.Core.Expressions;
using Reeve.Core.Expressions.Checking;
using Reeve.Core.Values;

namespace Reeve.Tests.Expressions;

/// <summary>Short ways to evaluate an expression over JSON.</summary>
internal static class Cel
{
    internal static Truth Test(string text, string record = "{}", int cost = ExpressionLimits.DefaultCost) =>
        Expression.Compile(text, ExpressionMode.Condition).Test(Of(record), cost);

    internal static Value Map(string text, string record = "{}") => Expression.Compile(text, ExpressionMode.Mapping).Evaluate(Of(record));

    internal static Value Strict(string text, string variables = "{}") => Expression.CompileUnchecked(text).Evaluate(Of(variables));

    internal static Value Checked(string text) => Expression.CompileChecked(text, ExpressionMode.Strict, new Declarations()).Evaluate(Activation.Empty);

    internal static Activation Of(string json) => new MapActivation(JsonText.Parse(json).AsMap());

    internal static void ShouldBeUnknown(this Truth truth, string? path)
    {
        truth.Kind.ShouldBe(TruthKind.Unknown);
        truth.Why.ShouldNotBeNull().Path.ShouldBe(path);
    }

    internal static void ShouldBeError(this Value value) => value.Kind.ShouldBe(ValueKind.Error);

    /// <summary>A calendar of Monday to Friday in UTC.</summary>
    internal sealed class WithCalendar : Activation
    {
        private static readonly BusinessCalendar Weekdays = new(
            "weekdays", TimeZoneInfo.Utc, new HashSet<DayOfWeek> { DayOfWeek.Saturday, DayOfWeek.Sunday }, new HashSet<DateOnly>(), null);

        public override bool TryFind(string name, out Value value)
        {
            value = default;
            return false;
        }

        public override BusinessCalendar? FindCalendar(string name) => name == "weekdays" ? Weekdays : null;
    }
}
