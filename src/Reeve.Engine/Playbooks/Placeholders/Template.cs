using System.Text;
using Reeve.Core.Values;
using Reeve.Core.Wording;

namespace Reeve.Engine.Playbooks.Placeholders;

/// <summary>Who reads the expanded text: it decides what a placeholder to nothing does (EX-PB-6).</summary>
internal enum TemplateUse
{
    /// <summary>A tool: alone, the placeholder omits the argument; inside a longer text it is an error.</summary>
    ToolArgument,

    /// <summary>A person: it becomes the empty string.</summary>
    TextForPeople,
}

/// <summary>
/// Fills placeholders in, recursively through lists and objects. Each template is read once and what is filled in is never
/// read again, so data that looks like a placeholder stays text.
/// </summary>
internal sealed class Template(PlanSources sources, TemplateUse use)
{
    private static readonly string[] Roots = ["exception", "domain_pack", "policy_pack", "steps"];

    private readonly List<string> awaited = [];
    private readonly List<string> errors = [];

    /// <summary>Pointers to what earlier outputs will give.</summary>
    internal IReadOnlyList<string> Awaited => awaited;

    /// <summary>Sentences about placeholders that cannot be resolved.</summary>
    internal IReadOnlyList<string> Errors => errors;

    /// <summary>Fills an object in; a member that is omitted is left out.</summary>
    internal ObjectMap Fill(ObjectMap template, string pointer = "")
    {
        List<string> keys = new(template.Count);
        List<Value> values = new(template.Count);
        for (int i = 0; i < template.Count; i++)
        {
            string key = template.Keys[i];
            if (Fill(template.Values[i], JsonPointer.Child(pointer, key)) is { } value)
            {
                keys.Add(key);
                values.Add(value);
            }
        }

        return new ObjectMap([.. keys], [.. values]);
    }

    /// <summary>Fills a value in; null means that it is omitted.</summary>
    internal Value? Fill(Value template, string pointer)
    {
        if (template.StringOrNull() is { } text)
        {
            return FillText(text, pointer);
        }

        if (template.ListOrNull() is { } list)
        {
            List<Value> items = new(list.Count);
            foreach (Value item in list.Items)
            {
                if (Fill(item, JsonPointer.Child(pointer, items.Count)) is { } value)
                {
                    items.Add(value);
                }
            }

            return Value.Of(new ListValue([.. items]));
        }

        return template.MapOrNull() is ObjectMap map ? Value.Of(Fill(map, pointer)) : PlainJson.Of(template);
    }

    /// <summary>The text with everything filled in; for texts that are shown.</summary>
    internal string FillShown(string text) => FillText(text, "") is { } value ? Shown(value) : "";

    // Other braces are text. One that is nearly a placeholder was meant to be one, and a tool must not act on its letters.
    private void CheckMeant(string content, string placeholder, string pointer)
    {
        int dot = content.IndexOf('.', StringComparison.Ordinal);
        if (use == TemplateUse.ToolArgument && dot > 0 && DidYouMean.For(content[..dot], Roots) is { } root)
        {
            errors.Add($"{placeholder} at '{pointer}' is no placeholder; did you mean {{{root}{content[dot..]}}}?");
        }
    }

    /// <summary>A value inside a text: strings as they are, everything else as JSON.</summary>
    internal static string Shown(Value value) => value.StringOrNull() ?? JsonText.ToText(value);

    private Value? FillText(string text, string pointer)
    {
        if (!text.Contains('{', StringComparison.Ordinal))
        {
            return Value.Of(text);
        }

        StringBuilder? result = null;
        int at = 0;
        while (at < text.Length)
        {
            int open = text.IndexOf('{', at);
            int close = open < 0 ? -1 : text.IndexOf('}', open);
            if (close < 0)
            {
                break;
            }

            // "{{exception.x}": the innermost brace opens the placeholder.
            open = text.LastIndexOf('{', close, close - open + 1);
            Finding finding = sources.FindPlaceholder(text[(open + 1)..close]);
            bool lone = open == 0 && close == text.Length - 1;
            if (lone && finding is Finding.Known alone)
            {
                return alone.Value;
            }

            (result ??= new StringBuilder(text.Length + 32)).Append(text, at, open - at);
            at = close + 1;
            string placeholder = text[open..at];
            switch (finding)
            {
                case Finding.Known known: result.Append(Shown(known.Value)); break;
                case Finding.Awaited:
                    awaited.Add(pointer);
                    result.Append(placeholder);
                    break;
                case Finding.NoSuchStep step:
                    errors.Add($"{placeholder} at '{pointer}' names '{step.StepId}', which is no earlier step.");
                    break;
                case Finding.Nothing when use == TemplateUse.ToolArgument && lone:
                    return null;
                case Finding.Nothing when use == TemplateUse.ToolArgument:
                    errors.Add($"{placeholder} at '{pointer}' stands for nothing inside a longer argument.");
                    break;
                case Finding.Nothing: break;
                default:
                    CheckMeant(text[(open + 1)..(at - 1)], placeholder, pointer);
                    result.Append(placeholder);
                    break;
            }
        }

        return Value.Of(result is null ? text : result.Append(text, at, text.Length - at).ToString());
    }
}
