using Reeve.Core.Errors;
using Reeve.Core.Schemas;
using Reeve.Core.Values;

namespace Reeve.Commands;

/// <summary>
/// Runs cases in the line format of the official JSON Schema test suite:
/// <c>{"file","group","test","schema","data","valid"}</c>.
/// </summary>
internal sealed class SchemaSuite
{
    // The suite has U+0000 in strings; nothing of it is stored.
    private static readonly JsonLimits Limits = JsonLimits.Default with { AllowNul = true };

    private readonly TextWriter talk;
    private readonly SortedDictionary<string, int> refusals = new(StringComparer.Ordinal);

    private SchemaSuite(TextWriter talk) => this.talk = talk;

    internal int Passed { get; private set; }

    /// <summary>Cases with another outcome than expected, and lines that are no cases.</summary>
    internal int Failed { get; private set; }

    /// <summary>Cases whose schema does not compile.</summary>
    internal int Refused { get; private set; }

    /// <summary>Runs all cases; failures and a summary of what was refused go to <paramref name="talk"/>.</summary>
    internal static SchemaSuite Run(ReadOnlySpan<byte> lines, TextWriter talk)
    {
        SchemaSuite suite = new(talk);
        int number = 0;
        foreach (Range range in lines.Split((byte)'\n'))
        {
            number++;
            ReadOnlySpan<byte> line = lines[range].Trim(" \t\r"u8);
            if (!line.IsEmpty)
            {
                suite.RunLine(line, number);
            }
        }

        foreach ((string reason, int count) in suite.refusals)
        {
            talk.WriteLine($"refused {count}: {reason}");
        }

        return suite;
    }

    private void RunLine(ReadOnlySpan<byte> line, int number)
    {
        MapValue? test;
        try
        {
            test = JsonText.Parse(line, Limits).MapOrNull();
        }
        catch (ReeveException error)
        {
            Fail($"line {number}: {error.Error}");
            return;
        }

        if (test is null || test["valid"].Kind != ValueKind.Bool || !test.TryGet("schema", out Value source) || !test.TryGet("data", out Value data))
        {
            Fail($"line {number}: a case is an object with schema, data and valid");
            return;
        }

        string group = $"{test["file"].StringOrNull()}: {test["group"].StringOrNull()}";
        JsonSchema schema;
        try
        {
            schema = JsonSchema.Compile(source);
        }
        catch (ReeveErrorsException error)
        {
            Refused++;
            string reason = $"{error.Error.Code} {group}: {error.Error.Subject} {error.Error.Message}";
            refusals[reason] = refusals.GetValueOrDefault(reason) + 1;
            return;
        }

        bool expected = test["valid"].AsBool();
        if (schema.IsValid(data) == expected && schema.Validate(data).Count == 0 == expected)
        {
            Passed++;
        }
        else
        {
            Fail($"{group}: {test["test"].StringOrNull()}: expected {(expected ? "valid" : "not valid")}");
        }
    }

    private void Fail(string what)
    {
        Failed++;
        talk.WriteLine("failed " + what);
    }
}
