using System.Text;
using Reeve.Core.Errors;
using Reeve.Core.Expressions;
using Reeve.Core.Expressions.Checking;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Intake;
using Reeve.Engine.Runtime;

namespace Reeve.Fuzz;

/// <summary>Expressions, compiled and evaluated in every mode over a map and over a record.</summary>
public sealed class ExpressionDoor : IDoor
{
    private const string Data = """
        {
          "exceptionType": "LOST", "severity": "HIGH", "amount": "1,250,000", "hoursLate": 30, "tags": ["a", "b", "fragile"], "notes": "urgent: wet", "nothing": null,
          "numbers": [5, 3, 8, 1, 9.5, -2, 0, 7, 6, 4, 2], "x": 1, "y": 2.5, "timestamp": "2026-11-20T09:00:00Z", "text": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab",
          "people": [{"name": "Ann", "age": 41}, {"name": "Bo", "age": null}, {"name": "Cy"}, {"age": "50"}],
          "rawPayload": {"amount": 12.5, "name": "p", "items": [{"a": 1}, {"a": "2"}, 3], "a": {"b": {"a": [1, 2]}}, "odd name": true, "in": 1},
          "normalizedContext": {"amount": 7, "entity": "e"}, "doc": {"items": []}, "item": {"a": 1}, "steps": {"find": {"status": "SUCCESS", "output": {}}}, "args": {"amount": 3}
        }
        """;

    private static readonly DateTimeOffset Now = new(2026, 11, 20, 9, 0, 0, TimeSpan.Zero);

    private readonly MapActivation map;
    private readonly RecordActivation record;
    private readonly Declarations declarations = new();

    /// <summary>Makes the door; the record is the first item of the pack.</summary>
    public ExpressionDoor(BasePack pack)
    {
        MapValue data = JsonText.Parse(Data).AsMap();
        map = new MapActivation(data);
        for (int i = 0; i < data.Count; i++)
        {
            declarations.DeclareUnknown(data.KeyAt(i).AsString());
        }

        declarations.Declare("amount", "string").Declare("hoursLate", "int").Declare("tags", "list(string)").Declare("now", "google.protobuf.Timestamp");
        record = new RecordActivation(pack.Bound.Calendars);
        RawItem item = new(Encoding.UTF8.GetBytes(pack.Items[0]), null);
        IntakeOutcome.Accepted accepted = (IntakeOutcome.Accepted)new Normaliser(new SeededIds("fuzz")).Normalise(item, pack.Bound, Now)[0];
        record.Show(accepted.Arrival.Record, Now);
    }

    /// <inheritdoc/>
    public string Name => "expression";

    /// <inheritdoc/>
    public FuzzInput Make(Dice dice) => new("", Encoding.UTF8.GetBytes(ExpressionMaker.Make(dice)));

    /// <inheritdoc/>
    public Outcome Try(FuzzInput input)
    {
        string text = Encoding.UTF8.GetString(input.Bytes);
        string? broken = Check(text);
        string kind = "refused";
        foreach (ExpressionMode mode in Enum.GetValues<ExpressionMode>())
        {
            if (!Expression.TryCompile(text, mode, out Expression? expression, out ReeveError? error))
            {
                broken ??= Promises.BrokenBy(error) ?? (error.Position is null ? $"{error.Code} has no position" : null);
                continue;
            }

            _ = expression.Paths;
            Value value = Evaluate(expression, map);
            kind = value.Kind == ValueKind.Error ? "error" : "value";
            Evaluate(expression, record);
            Truth truth = expression.Test(record);
            broken ??= truth.IsUnknown && truth.Why is null ? "An unknown answer gives no reason" : null;
            broken ??= truth.Kind == expression.Test(record).Kind ? null : "The same condition over the same record gives two answers";
        }

        return new Outcome(kind, broken);
    }

    // What `reeve expr eval` does: a value must be printable.
    private static Value Evaluate(Expression expression, Activation names)
    {
        Value value = expression.Evaluate(names);
        _ = value.Kind == ValueKind.Error ? value.AsError().Message : JsonText.ToText(value);
        return value;
    }

    private string? Check(string text)
    {
        try
        {
            Evaluate(Expression.CompileUnchecked(text), map);
            Evaluate(Expression.CompileChecked(text, ExpressionMode.Strict, declarations), map);
            return null;
        }
        catch (ReeveException fault)
        {
            return Promises.BrokenBy(fault.Error);
        }
    }
}
