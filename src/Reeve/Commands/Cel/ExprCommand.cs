using System.CommandLine;
using System.Globalization;
using System.Text;
using Reeve.Core.Errors;
using Reeve.Core.Expressions;
using Reeve.Core.Expressions.Checking;
using Reeve.Core.Values;
using Reeve.Core.Wording;

namespace Reeve.Commands.Cel;

/// <summary><c>reeve expr</c>: evaluate one expression, or run a file of cases.</summary>
public static class ExprCommand
{
    private const int Done = 0;
    private const int Refused = 1;
    private const int CheckFailed = 3;
    private const int MaxPath = 200;

    /// <summary>The command with its verbs.</summary>
    public static Command Build() => new("expr", "Evaluate expressions (CEL).") { BuildEval(), BuildTest() };

    private static Command BuildEval()
    {
        Argument<string> text = new("expression") { Description = "The expression." };
        Option<FileInfo?> vars = new("--vars") { Description = "A JSON file whose members are the variables." };
        Option<ExpressionMode> mode = new("--mode") { Description = "strict (CEL's errors), mapping (a missing path is null) or condition (what cannot be told is unknown)." };
        Option<DateTimeOffset?> now = SharedOptions.Time("--now", "What now is, RFC 3339; the clock's time unless given.");
        Command command = new("eval", "Evaluate one expression and print its value as JSON.") { text, vars, mode, now };
        command.SetAction(parsed => Guarded(() => Eval(
            parsed.GetRequiredValue(text),
            parsed.GetValue(vars),
            parsed.GetValue(mode),
            parsed.GetValue(now) ?? TimeProvider.System.GetUtcNow())));
        return command;
    }

    private static Command BuildTest()
    {
        Option<FileInfo> input = new("--input") { Description = "A file with one JSON case per line.", Required = true };
        Option<FileInfo?> report = new("--report") { Description = "Where to write what each case gave, one JSON object per line." };
        Command command = new("test", "Run cases and compare what they give with what they expect.") { input, report };
        command.SetAction(parsed => Guarded(() => Test(parsed.GetRequiredValue(input), parsed.GetValue(report))));
        return command;
    }

    private static int Eval(string text, FileInfo? vars, ExpressionMode mode, DateTimeOffset now)
    {
        MapValue variables = vars is null ? ObjectMap.Empty
            : JsonText.Parse(ReadFile(vars), JsonLimits.Default).MapOrNull()
            ?? throw new ReeveException(new ReeveError(ErrorCatalogue.Input.MalformedJson, "The variables must be one JSON object.", vars.Name));
        VariablesActivation activation = new(variables, Value.Of(now), isLenient: mode != ExpressionMode.Strict);
        if (mode == ExpressionMode.Condition)
        {
            return Answer(Expression.Compile(text, mode), activation);
        }

        Expression expression = mode == ExpressionMode.Strict
            ? Expression.CompileChecked(text, mode, activation.Declare())
            : Expression.Compile(text, mode);
        Value value = expression.Evaluate(activation);
        if (value.Kind == ValueKind.Error)
        {
            throw new ReeveException(new ReeveError(ErrorCatalogue.Expressions.Failed, Describe(expression, value.AsError())));
        }

        Console.Out.WriteLine(JsonText.ToText(value));
        return Done;
    }

    private static int Answer(Expression condition, VariablesActivation activation)
    {
        Truth truth = condition.Test(activation);
        Console.Out.WriteLine(truth.Kind switch { TruthKind.True => "true", TruthKind.False => "false", _ => "unknown" });
        if (truth.Why is { } why)
        {
            Console.Error.WriteLine(Describe(condition, why));
        }

        return Done;
    }

    private static int Test(FileInfo input, FileInfo? report)
    {
        byte[] text = ReadFile(input);
        int passed = 0;
        int failed = 0;
        using Stream? output = report is null ? null : OpenReport(report);
        int number = 0;
        for (int start = text.AsSpan().StartsWith("\uFEFF"u8) ? 3 : 0; start < text.Length;)
        {
            int length = text.AsSpan(start).IndexOf((byte)'\n');
            length = length < 0 ? text.Length - start : length;
            ReadOnlySpan<byte> line = text.AsSpan(start, length).Trim(" \t\r"u8);
            start += length + 1;
            number++;
            if (line.Length == 0)
            {
                continue;
            }

            ExprOutcome outcome = ExprCases.Run(line, number);
            byte[] reported = outcome.ToReportLine();
            output?.Write(reported);
            output?.WriteByte((byte)'\n');
            passed += outcome.Passed == true ? 1 : 0;
            failed += outcome.Passed == false ? 1 : 0;
            if (outcome.Passed != true)
            {
                Console.Out.WriteLine((outcome.Passed is null ? "     " : "FAIL ") + Encoding.UTF8.GetString(reported));
            }
        }

        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{passed} passed, {failed} failed"));
        return failed == 0 ? Done : CheckFailed;
    }

    /// <summary>An evaluation error for people: what, of which field, where.</summary>
    internal static string Describe(Expression expression, ValueError error)
    {
        SourcePosition at = expression.PositionOf(error);
        string of = error.Path is null ? "" : error.Path.Length <= MaxPath ? $": {error.Path}" : $": {error.Path.AsSpan(0, MaxPath)}…";
        return string.Create(CultureInfo.InvariantCulture, $"{error.Message}{of} (line {at.Line}, column {at.Column})");
    }

    private static byte[] ReadFile(FileInfo file)
    {
        try
        {
            return File.ReadAllBytes(file.FullName);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new ReeveException(new ReeveError(ErrorCatalogue.Input.FileUnreadable, fault.Message, file.Name), fault);
        }
    }

    private static FileStream OpenReport(FileInfo file)
    {
        try
        {
            return file.Create();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new ReeveException(new ReeveError(ErrorCatalogue.Input.FileUnwritable, fault.Message, file.Name), fault);
        }
    }

    private static int Guarded(Func<int> run)
    {
        try
        {
            return run();
        }
        catch (ReeveException fault)
        {
            Console.Error.WriteLine(Shown.Line($"{fault.Error} Next: {fault.Error.NextStep}"));
            return Refused;
        }
    }
}
