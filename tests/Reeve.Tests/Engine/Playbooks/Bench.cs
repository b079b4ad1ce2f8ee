using Reeve.Core.Expressions;
using Reeve.Core.Packs;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Core.Schemas;
using Reeve.Core.Values;

namespace Reeve.Tests.Playbooks;

/// <summary>A small domain to plan in: three types in a line, tools that read and write, one tenant.</summary>
internal static class Bench
{
    internal static readonly DateTimeOffset Now = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);

    internal static BoundPolicy Policy(params Playbook[] playbooks)
    {
        Playbook[] placed = [.. playbooks.Select((playbook, position) => playbook with { Position = position })];
        ToolDefinition[] tools =
        [
            Tool("getOrder", "orderId:string", output: """{"type":"object","properties":{"orderRef":{"type":"string"}},"required":["orderRef"]}""") with { Effect = ToolEffect.Read },
            Tool("getLines", "orderId:string"),
            Tool("repair", "orderId:string"),
            Tool("move", "from:string,to:string,amount?:number"),
            Tool("openCase", "caseType:string,payload?:object"),
            Tool("get-order", "orderId:string"),
        ];
        ExceptionType[] types = [Type("CHILD", "CHILD", "PARENT", "ROOT"), Type("PARENT", "PARENT", "ROOT"), Type("ROOT", "ROOT"), Type("OTHER", "OTHER")];
        NamedList<ToolDefinition> toolList = new(tools, tool => tool.Name.Value);
        DomainPack domain = new()
        {
            Name = new DomainName("Orders"),
            ContentHash = "",
            Source = new Core.Documents.StoredDocument(Value.Of(ObjectMap.Empty)),
            ExceptionTypes = new NamedList<ExceptionType>(types, type => type.Name.Value),
            Tools = toolList,
            Playbooks = placed,
        };
        return new BoundPolicy
        {
            Domain = domain,
            Policy = new TenantPolicy { TenantId = new TenantId("acme"), ContentHash = "", Source = new Core.Documents.StoredDocument(Value.Of(ObjectMap.Empty)) },
            Guardrails = new Guardrails { NoAutoActionIfSeverityIn = [Severity.Critical] },
            TenantGivesNoAutoAction = false,
            Tools = toolList,
            ApprovedTools = tools.Select(tool => tool.Name.Value).ToHashSet(),
            Playbooks = new NamedList<Playbook>(placed, playbook => playbook.Id.Value),
            ApprovedProcesses = placed.Select(playbook => playbook.Id.Value).ToHashSet(),
            ApprovalsDerived = false,
            Calendars = new NamedList<Core.Calendars.BusinessCalendar>([], calendar => calendar.Name),
        };
    }

    /// <summary>A tool; <paramref name="parameters"/> as <c>name:type</c>, optional ones as <c>name?:type</c>.</summary>
    internal static ToolDefinition Tool(string name, string parameters, string? output = null)
    {
        ToolParameter[] list =
        [
            .. parameters.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(parameter => parameter.Split(':'))
                .Select(parts => new ToolParameter(parts[0].TrimEnd('?'), parts[1], !parts[0].EndsWith('?'))),
        ];
        ObjectMap properties = new([.. list.Select(item => item.Name)], [.. list.Select(item => Value.Of(ObjectMap.Of(("type", Value.Of(item.Type)))))]);
        Value required = Value.Of(new ListValue([.. list.Where(item => item.Required).Select(item => Value.Of(item.Name))]));
        return new ToolDefinition
        {
            Name = new ToolName(name),
            Description = name,
            Parameters = list,
            InputSchema = JsonSchema.Compile(Value.Of(ObjectMap.Of(("type", Value.Of("object")), ("properties", Value.Of(properties)), ("required", required)))),
            OutputSchema = output is null ? null : JsonSchema.Compile(JsonText.Parse(output)),
        };
    }

    internal static Playbook Playbook(string id, string type, params PlaybookStep[] steps) =>
        new() { Id = new PlaybookId(id), AppliesTo = [type], Steps = [.. steps.Select((step, i) => step.Id.Value.Length > 0 ? step : step with { Id = new StepId($"{i + 1}") })] };

    internal static PlaybookStep Step(string action, string parameters = "{}", string id = "") =>
        new() { Id = new StepId(id), Action = action, Parameters = (ObjectMap)JsonText.Parse(parameters).AsMap() };

    internal static ExceptionRecord Record(string payload = """{"orderId":"O-1"}""", string context = "{}", string? type = "CHILD", Severity? severity = Severity.Medium) => new()
    {
        ExceptionId = new ExceptionId("E-1"),
        TenantId = new TenantId("acme"),
        SourceSystem = "oms",
        ExceptionType = type is null ? null : new ExceptionTypeName(type),
        Severity = severity,
        Timestamp = Now,
        RawPayload = (ObjectMap)JsonText.Parse(payload).AsMap(),
        RawBytes = ReadOnlyMemory<byte>.Empty,
        NormalizedContext = (ObjectMap)JsonText.Parse(context).AsMap(),
    };

    internal static Activation Sees(ExceptionRecord record) => new RecordNames(record);

    // The names of EX-MODEL-5 that these tests use.
    private sealed class RecordNames(ExceptionRecord record) : Activation
    {
        public override bool TryFind(string name, out Value value)
        {
            switch (name)
            {
                case "severity": value = record.Severity is { } severity ? Value.Of(Wire.Name(severity)) : Value.Null; return true;
                case "exceptionType": value = Value.Of(record.ExceptionType?.Value); return true;
                case "rawPayload": value = Value.Of(record.RawPayload); return true;
                case "normalizedContext": value = Value.Of(record.NormalizedContext); return true;
                default: return record.NormalizedContext.TryGet(name, out value) || record.RawPayload.TryGet(name, out value);
            }
        }
    }

    private static ExceptionType Type(string name, params string[] lineage) =>
        new() { Name = new ExceptionTypeName(name), Lineage = [.. lineage.Select(type => new ExceptionTypeName(type))] };
}
