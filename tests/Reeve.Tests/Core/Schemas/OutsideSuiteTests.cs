using System.Text;
using Reeve.Core.Errors;
using Reeve.Core.Schemas;
using Reeve.Core.Values;

namespace Reeve.Tests.Schemas;

/// <summary>The official test suite, which lies beside the repository; REEVE_SHARED names another folder for it.</summary>
public sealed class OutsideSuiteTests
{
    [Fact]
    public void Every_case_passes_that_is_not_refused_for_a_remote_reference_or_a_metaschema()
    {
        string? path = Find("data/json-schema/draft2020-12.jsonl");
        Assert.SkipWhen(path is null, "The outside data (../shared/data, or REEVE_SHARED) is not here.");
        List<string> failed = [];
        int passed = 0;
        foreach (string line in File.ReadLines(path))
        {
            MapValue test = JsonText.Parse(Encoding.UTF8.GetBytes(line), JsonLimits.Default with { AllowNul = true }).AsMap();
            try
            {
                JsonSchema schema = JsonSchema.Compile(test["schema"]);
                bool valid = schema.IsValid(test["data"]);
                if (valid == test["valid"].AsBool() && schema.Validate(test["data"]).Count == 0 == valid)
                {
                    passed++;
                    continue;
                }

                failed.Add($"{test["group"]}: {test["test"]}");
            }
            catch (ReeveErrorsException error) when (error.Error.Code is "SCHEMA-003" or "SCHEMA-004")
            {
                continue;
            }
        }

        failed.ShouldBeEmpty();
        passed.ShouldBeGreaterThan(1_240);
    }

    private static string? Find(string relative)
    {
        string? shared = Environment.GetEnvironmentVariable("REEVE_SHARED");
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); shared is null && folder is not null; folder = folder.Parent)
        {
            shared = File.Exists(Path.Combine(folder.FullName, "Reeve.slnx")) ? Path.Combine(folder.FullName, "..", "shared") : null;
        }

        string? path = shared is null ? null : Path.Combine(shared, relative);
        return File.Exists(path) ? path : null;
    }
}
