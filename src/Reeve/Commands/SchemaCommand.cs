using System.CommandLine;
using Reeve.Core.Errors;
using Reeve.Core.Schemas;
using Reeve.Core.Values;
using Reeve.Core.Wording;

namespace Reeve.Commands;

/// <summary><c>reeve schema</c>: tries JSON Schemas, on a document or on a file of cases.</summary>
public static class SchemaCommand
{
    private const int Refused = 1;
    private const int CheckFailed = 3;

    /// <summary>The command with its verbs.</summary>
    public static Command Build() => new("schema", "Try JSON Schemas (draft 2020-12).") { BuildTest(), BuildValidate() };

    private static Command BuildTest()
    {
        Option<FileInfo> input = new("--input") { Description = "Cases, one JSON object a line: file, group, test, schema, data, valid.", Required = true };
        Command command = new("test", "Run cases and count: N passed, N failed, N refused. Exit 3 when one failed.") { input };
        command.SetAction(result => Guarded(result, () =>
        {
            SchemaSuite suite = SchemaSuite.Run(Read(result.GetRequiredValue(input)), result.InvocationConfiguration.Error);
            result.InvocationConfiguration.Output.WriteLine($"{suite.Passed} passed, {suite.Failed} failed, {suite.Refused} refused");
            return suite.Failed == 0 ? 0 : CheckFailed;
        }));
        return command;
    }

    private static Command BuildValidate()
    {
        Option<FileInfo> schema = new("--schema") { Description = "The schema, a JSON file.", Required = true };
        Option<FileInfo> input = new("--input") { Description = "The document to judge, a JSON file.", Required = true };
        Command command = new("validate", "Judge a document by a schema. Exit 3 when it is not valid.") { schema, input };
        command.SetAction(result => Guarded(result, () =>
        {
            JsonSchema compiled = JsonSchema.Compile(JsonText.Parse(Read(result.GetRequiredValue(schema)), JsonLimits.Default));
            Value document = JsonText.Parse(Read(result.GetRequiredValue(input)), JsonLimits.Default);
            IReadOnlyList<SchemaProblem> problems = compiled.Validate(document);
            TextWriter output = result.InvocationConfiguration.Output;
            foreach (SchemaProblem problem in problems)
            {
                output.WriteLine(problem);
            }

            output.WriteLine(problems.Count == 0 ? "valid" : $"not valid: {problems.Count} problems{(problems.Count == JsonSchema.MaxProblems ? " or more" : "")}");
            return problems.Count == 0 ? 0 : CheckFailed;
        }));
        return command;
    }

    private static byte[] Read(FileInfo file)
    {
        try
        {
            return File.ReadAllBytes(file.FullName);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ReeveException(new ReeveError(ErrorCatalogue.Input.FileUnreadable, error.Message, file.Name), error);
        }
    }

    private static int Guarded(ParseResult result, Func<int> run)
    {
        try
        {
            return run();
        }
        catch (ReeveException error)
        {
            IReadOnlyList<ReeveError> errors = error is ReeveErrorsException several ? several.Errors : [error.Error];
            foreach (ReeveError each in errors)
            {
                result.InvocationConfiguration.Error.WriteLine(Shown.Line($"{each} Next: {each.NextStep}"));
            }

            return Refused;
        }
    }
}
