using Reeve.Core.Errors;
using Reeve.Core.Expressions;
using Reeve.Core.PackDocuments.Fields;
using Reeve.Core.Packs;
using Reeve.Core.Records;
using Reeve.Core.Schemas;
using Reeve.Core.Wording;

namespace Reeve.Core.PackDocuments.Tooling;

/// <summary>Tools, by name or in groups.</summary>
internal static class ToolFields
{
    private static readonly string[] Groups = ["dbQueries", "apiActions", "workflowActions"];

    internal static NamedList<ToolDefinition> Read(Field? section, NamedList<EntityDefinition> entities)
    {
        List<ToolDefinition> tools = [];
        HashSet<string> names = new(StringComparer.Ordinal);
        foreach ((string key, Field field) in section?.Entries() ?? [])
        {
            if (GroupOf(key) is { } group && field.IsList)
            {
                foreach (Field item in field.Items())
                {
                    if (item.Object() is { } fields && fields.Require("name") is { } name && name.Text() is { } text)
                    {
                        Add(text, name, fields, group);
                    }
                }
            }
            else if (field.Object() is { } fields)
            {
                Field? name = fields.Find("name");
                if (name?.Text() is { } text && text != key)
                {
                    name.Value.Error(ErrorCatalogue.Packs.SaidTwice, $"The tool is called {Shown.Name(key)} by its key and {Shown.Name(text)} here.");
                }

                Add(key, field, fields, "");
            }
        }

        return new NamedList<ToolDefinition>(tools, tool => tool.Name.Value);

        void Add(string name, Field place, ObjectFields fields, string group)
        {
            if (!names.Add(name))
            {
                place.Error(ErrorCatalogue.Packs.DuplicateName, $"Two tools are called {Shown.Name(name)}.");
            }

            tools.Add(Tool(name, fields, group, entities));
        }
    }

    /// <summary>The group of that name in either spelling; null when it is no group.</summary>
    internal static string? GroupOf(string key) => Array.Find(Groups, group => Spelling.Same(key, group));

    // A tool whose schema is broken is still a tool: what refers to it must not be called wrong as well.
    private static ToolDefinition Tool(string name, ObjectFields fields, string group, NamedList<EntityDefinition> entities)
    {
        ToolBinding binding = ToolBinding.Read(fields);
        var (schema, parameters) = ToolSchemas.Input(fields, entities) ?? (JsonSchema.Compile(TypeWords.Of("object")), []);
        var (outputSchema, returns) = ToolSchemas.Output(fields, entities);
        ToolDefinition tool = new()
        {
            Name = new ToolName(name),
            Description = fields.Require("description")?.Text() ?? "",
            Kind = fields.Find("kind")?.Text() ?? group,
            Type = Type(fields.Find("type"), binding),
            Parameters = parameters,
            InputSchema = schema,
            OutputSchema = outputSchema,
            Returns = returns,
            Endpoint = binding.Endpoint,
            Binding = binding.Map,
        };
        tool = Behaviour(tool, fields, binding);
        fields.Close();
        return tool;
    }

    private static ToolDefinition Behaviour(ToolDefinition tool, ObjectFields fields, ToolBinding binding) => tool with
    {
        Version = Version(fields.Find("version")) ?? "1.0.0",
        Timeout = TimeSpan.FromSeconds(fields.Find("timeoutSeconds")?.Number(0.001, 86_400) ?? binding.TimeoutSeconds ?? 30),
        MaxRetries = fields.Find("maxRetries")?.Whole(0, 1_000) ?? 3,
        RollbackTool = Tool(fields.Find("rollbackTool")),
        Plan = Tool(fields.Find("plan")),
        Idempotent = fields.Find("idempotent")?.Bool() ?? false,
        IsGlobal = fields.Find("tenantScope")?.OneOf("global", "tenant") == "global",
        Enabled = fields.Find("enabled")?.Bool() ?? true,
        Deprecated = fields.Find("deprecated")?.Bool() ?? false,
        Effect = fields.Find("effect")?.Word<ToolEffect>() ?? ToolEffect.Write,
        Amount = fields.Find("amount")?.Expression(ExpressionMode.Condition),
        Currency = fields.Find("currency")?.Expression(ExpressionMode.Condition),
        IdempotencyHeader = Header(fields.Find("idempotencyHeader")) ?? "Idempotency-Key",
    };

    /// <summary>A semantic version as it is written; null when absent or none.</summary>
    internal static string? Version(Field? field)
    {
        if (field?.TextOrNumber() is not { } text)
        {
            return null;
        }

        if (SemanticVersion.TryParse(text, out _))
        {
            return text;
        }

        field.Value.Error(ErrorCatalogue.Packs.BadFormat, $"{Shown.Name(text)} is not a semantic version.", "Write it as 1.0.0.");
        return null;
    }

    private static ToolName? Tool(Field? field) => field?.Reference(ReferenceKind.Tool) is { } name ? new ToolName(name) : null;

    private static ToolType Type(Field? field, ToolBinding binding)
    {
        ToolType? given = field?.Word<ToolType>();
        if (given is not null && binding.Implied is { } implied && implied != given)
        {
            field!.Value.Error( // not null: it gave a type
                ErrorCatalogue.Packs.SaidTwice, $"The type is {Wire.Name(given.Value)}, but the tool has the member of a tool of type {Wire.Name(implied)}.");
        }

        return given ?? binding.Implied ?? ToolType.Http;
    }

    private static string? Header(Field? field)
    {
        if (field?.Text() is not { } text)
        {
            return null;
        }

        if (text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
        {
            return text;
        }

        field.Value.Error(ErrorCatalogue.Packs.BadFormat, $"{Shown.Name(text)} is not the name of a header.");
        return null;
    }
}
