using Reeve.Core.Errors;
using Reeve.Core.Expressions.Evaluation;
using Reeve.Core.Patterns;
using Reeve.Core.Values;

namespace Reeve.Core.Expressions.Functions;

/// <summary>Regular expressions (RE2 syntax, never backtracking) and what they cost.</summary>
internal static class Regexes
{
    // Patterns that data spells are compiled at most once each while they are in use: two generations of this many.
    private const int Generation = 128;

    // One or two milliseconds for classes of letters; two hundred of them exhaust an evaluation.
    private const int CompilationCost = 50;

    private static readonly Lock Gate = new();
    private static Dictionary<string, Pattern?> young = new(StringComparer.Ordinal);
    private static Dictionary<string, Pattern?> old = new(StringComparer.Ordinal);

    internal static Value Matches(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason)
    {
        if (args[0].StringOrNull() is not { } text || args[1].StringOrNull() is not { } pattern)
        {
            reason = Fault.WrongType;
            return default;
        }

        // What data spells is charged for compiling too, known or not, so that the cost depends on the data alone.
        context.Left -= CompilationCost;
        context.ChargeText(pattern.Length);
        Pattern? compiled = context.IsExhausted ? null : Find(pattern);
        if (compiled is not null)
        {
            Charge(ref context, text, compiled);
        }

        reason = context.IsExhausted ? Fault.TooCostly : compiled is null ? Fault.BadPattern : null;
        return reason is null ? Value.Of(compiled!.IsMatch(text)) : default;
    }

    /// <summary>One unit per ten characters of the text, times one per sixteen of the pattern's size (repetitions written out).</summary>
    internal static void Charge(ref EvalContext context, string text, Pattern pattern)
    {
        long cost = ((text.Length / 10) + 1L) * ((pattern.Size / 16) + 1);
        context.Left -= (int)Math.Min(cost, int.MaxValue / 2);
    }

    private static Pattern? Find(string text)
    {
        lock (Gate)
        {
            if (young.TryGetValue(text, out Pattern? known) || old.TryGetValue(text, out known))
            {
                return known;
            }
        }

        Pattern? compiled = null;
        try
        {
            compiled = Pattern.Compile(text, PatternSyntax.Re2);
        }
        catch (ReeveException)
        {
            // The pattern comes from data: its fault is a value, and remembered as such.
        }

        lock (Gate)
        {
            if (young.Count >= Generation)
            {
                old = young;
                young = new Dictionary<string, Pattern?>(StringComparer.Ordinal);
            }

            young[text] = compiled;
        }

        return compiled;
    }
}
