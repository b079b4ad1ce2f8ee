using Reeve.Core.Packs;
using Reeve.Core.Packs.StepTexts;
using Reeve.Core.Values;

namespace Reeve.Engine.Playbooks.Placeholders;

/// <summary>The arguments of one call, as far as they are known before anything runs.</summary>
internal sealed record CallArguments
{
    /// <summary>The arguments; where <see cref="Awaited"/> points, the placeholder stands.</summary>
    internal required ObjectMap Values { get; init; }

    /// <summary>Pointers to what earlier outputs will give.</summary>
    internal IReadOnlyList<string> Awaited { get; init; } = [];

    /// <summary>Required parameters that bind to nothing.</summary>
    internal IReadOnlyList<string> Missing { get; init; } = [];

    /// <summary>Why the plan fails.</summary>
    internal IReadOnlyList<string> Errors { get; init; } = [];

    /// <summary>What an author should mend.</summary>
    internal IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Arguments that a structured step gives.</summary>
    internal static CallArguments Given(ObjectMap parameters, PlanSources sources)
    {
        Template template = new(sources, TemplateUse.ToolArgument);
        ObjectMap values = template.Fill(parameters);
        return new CallArguments { Values = values, Awaited = template.Awaited, Errors = template.Errors };
    }

    /// <summary>
    /// The same arguments, where required ones that were written and turned out to stand for nothing are missing: a person may
    /// know them (EX-PB-3). One that was never written is the author's mistake, of which the input schema speaks.
    /// </summary>
    internal CallArguments Demanding(ToolDefinition tool, ObjectMap written) => this with
    {
        Missing = [.. tool.Parameters.Where(parameter => parameter.Required && written.TryGet(parameter.Name, out _) && !Values.TryGet(parameter.Name, out _))
            .Select(parameter => parameter.Name)],
    };

    /// <summary>
    /// The object under one member, as the arguments. Where it is no object there are none, and the input schema says what is
    /// missing; where all of it comes from an earlier output, that output stands under the member's name.
    /// </summary>
    internal CallArguments Unwrapped(string member)
    {
        string prefix = "/" + member;
        return Awaited.Contains(prefix) ? this : this with
        {
            Values = Values[member].MapOrNull() as ObjectMap ?? ObjectMap.Empty,
            Awaited = [.. Awaited.Select(pointer => pointer[prefix.Length..])],
        };
    }

    /// <summary>
    /// Arguments of a call in a text: what stands in the brackets, by the parameter's name or in order; then what the step's
    /// object gives by name; then the exception's data by name (EX-PB-3).
    /// </summary>
    internal static CallArguments Bound(ToolDefinition tool, TextCall call, ObjectMap parameters, PlanSources sources)
    {
        Binding binding = new(tool, sources);
        binding.TakeBrackets(call.Arguments);
        binding.TakeGiven(parameters);
        binding.TakeByName(requiredOnly: false);
        return binding.Result();
    }

    /// <summary>
    /// Arguments of a step that only names a tool. As given it could never run if the tool requires any, so those, and only
    /// those, are bound by name as in a text.
    /// </summary>
    internal static CallArguments BoundRequired(ToolDefinition tool, PlanSources sources)
    {
        Binding binding = new(tool, sources);
        binding.TakeByName(requiredOnly: true);
        return binding.Result();
    }

    private sealed class Binding(ToolDefinition tool, PlanSources sources)
    {
        private readonly Template template = new(sources, TemplateUse.ToolArgument);
        private readonly Value?[] values = new Value?[tool.Parameters.Count];
        private readonly bool[] settled = new bool[tool.Parameters.Count];
        private readonly List<string> awaited = [];
        private readonly List<string> warnings = [];

        internal void TakeBrackets(IReadOnlyList<TextArgument> arguments)
        {
            List<TextArgument> inOrder = [];
            foreach (TextArgument argument in arguments)
            {
                // getRows(account, region): a bare word that is a parameter's name means that parameter.
                string? name = argument.Name ?? (argument.Kind == TextArgumentKind.Path ? argument.Text : null);
                int at = name is null ? -1 : IndexOf(name);
                if (at >= 0 && !settled[at])
                {
                    Settle(at, argument);
                }
                else if (argument.Name is null)
                {
                    inOrder.Add(argument);
                }
                else
                {
                    warnings.Add($"The tool '{tool.Name}' has no parameter '{argument.Name}'.");
                }
            }

            int next = 0;
            foreach (TextArgument argument in inOrder)
            {
                while (next < settled.Length && settled[next])
                {
                    next++;
                }

                if (next == settled.Length)
                {
                    warnings.Add($"The tool '{tool.Name}' takes no more than {settled.Length} arguments: '{argument.Text}' is left out.");
                    continue;
                }

                Settle(next, argument);
            }
        }

        internal void TakeGiven(ObjectMap parameters)
        {
            for (int i = 0; i < parameters.Count; i++)
            {
                int at = IndexOf(parameters.Keys[i]);
                if (at < 0)
                {
                    warnings.Add($"The tool '{tool.Name}' has no parameter '{parameters.Keys[i]}'.");
                }
                else if (!settled[at])
                {
                    settled[at] = true;
                    values[at] = template.Fill(parameters.Values[i], Pointer(at));
                }
            }
        }

        internal void TakeByName(bool requiredOnly)
        {
            for (int i = 0; i < settled.Length; i++)
            {
                if (!settled[i] && (tool.Parameters[i].Required || !requiredOnly))
                {
                    Take(i, sources.FindByName(tool.Parameters[i].Name));
                }
            }
        }

        internal CallArguments Result()
        {
            List<string> keys = [];
            List<Value> bound = [];
            List<string> missing = [];
            for (int i = 0; i < settled.Length; i++)
            {
                if (values[i] is { IsNull: false } value)
                {
                    keys.Add(tool.Parameters[i].Name);
                    bound.Add(value);
                }
                else if (tool.Parameters[i].Required)
                {
                    missing.Add(tool.Parameters[i].Name);
                }
            }

            return new CallArguments
            {
                Values = new ObjectMap([.. keys], [.. bound]),
                Awaited = [.. awaited, .. template.Awaited],
                Missing = missing,
                Errors = template.Errors,
                Warnings = warnings,
            };
        }

        // What the author wrote is final: if it leads to nothing, no other source is guessed at.
        private void Settle(int at, TextArgument argument)
        {
            settled[at] = true;
            switch (argument.Kind)
            {
                case TextArgumentKind.Literal: values[at] = template.Fill(argument.Literal, Pointer(at)); break;
                case TextArgumentKind.Path: Take(at, sources.FindBareWord(argument.Text)); break;
                default: warnings.Add($"'{argument.Text}' in the brackets of '{tool.Name}' is neither a path, quoted text nor a number."); break;
            }
        }

        private void Take(int at, Finding finding)
        {
            switch (finding)
            {
                case Finding.Known known: values[at] = known.Value; break;
                case Finding.Awaited later:
                    values[at] = Value.Of(later.Placeholder);
                    awaited.Add(Pointer(at));
                    break;
            }
        }

        private string Pointer(int at) => JsonPointer.Child("", tool.Parameters[at].Name);

        private int IndexOf(string name)
        {
            for (int i = 0; i < tool.Parameters.Count; i++)
            {
                if (tool.Parameters[i].Name == name)
                {
                    return i;
                }
            }

            return -1;
        }
    }
}
