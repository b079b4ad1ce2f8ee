using Reeve.Core.Packs;
using Reeve.Core.Schemas;
using Reeve.Core.Values;

namespace Reeve.Engine.Tools;

/// <summary>
/// Calls a tool without calling it (EX-TOOL-8): full validation of the arguments, and an answer made from the output schema.
/// A tool without endpoint passes, too (EX-TOOL-9). Pure; thread-safe.
/// </summary>
public static class DryRun
{
    /// <summary>What is wrong with the arguments, each problem with its JSON pointer; empty when the call would be made.</summary>
    /// <param name="tool">The tool.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="awaited">Pointers to arguments that are not known yet; nothing is said of them, nor of the whole if it depends on them.</param>
    public static IReadOnlyList<string> Problems(ToolDefinition tool, ObjectMap arguments, IReadOnlyList<string> awaited)
    {
        IReadOnlyList<SchemaProblem> found = tool.InputSchema.Validate(Value.Of(arguments));
        if (found.Count == 0)
        {
            return [];
        }

        List<string> problems = [];
        foreach (SchemaProblem problem in found)
        {
            // A problem of the whole may come from what is not known yet, through a combination of schemas.
            if (awaited.Count == 0 || (problem.InstancePointer.Length > 0 && !Touches(problem.InstancePointer, awaited)))
            {
                problems.Add($"'{(problem.InstancePointer.Length == 0 ? "/" : problem.InstancePointer)}': {problem.Message}");
            }
        }

        return problems;
    }

    /// <summary>
    /// The answer of every dry call of a tool: <c>{"dryRun": true, "output": …}</c>, the output shaped by the output schema, null
    /// when the tool declares none. Never real data.
    /// </summary>
    public static ObjectMap Answer(ToolDefinition tool) =>
        ObjectMap.Of(("dryRun", Value.True), ("output", tool.OutputSchema?.Sample() ?? Value.Null));

    // At, above or below an unknown argument, the schema judged a placeholder instead of the value.
    private static bool Touches(string pointer, IReadOnlyList<string> awaited)
    {
        foreach (string unknown in awaited)
        {
            if (IsWithin(pointer, unknown) || IsWithin(unknown, pointer))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsWithin(string pointer, string outer) =>
        pointer.StartsWith(outer, StringComparison.Ordinal) && (pointer.Length == outer.Length || pointer[outer.Length] == '/');
}
