using Reeve.Core.Errors;
using Reeve.Core.PackDocuments.Fields;
using Reeve.Core.Packs;
using Reeve.Core.Records;

namespace Reeve.Core.PackDocuments.Sections;

/// <summary>Guardrails (EX-MODEL-12), of a domain pack or of a tenant.</summary>
internal static class GuardrailFields
{
    internal static Guardrails Read(Field? section)
    {
        if (section?.Object() is not { } fields)
        {
            return new Guardrails();
        }

        if (fields.Find("autoActionAllowedOnlyForApprovedPlaybooks") is { } only && only.Bool() == false)
        {
            only.Warn(ErrorCatalogue.Packs.NoEffect, "Only approved playbooks act, always; false is ignored.");
        }

        Guardrails guardrails = new()
        {
            AllowLists = Tools(fields.Find("allowLists"), isAllow: true),
            BlockLists = Tools(fields.Find("blockLists"), isAllow: false),
            HumanApprovalThreshold = fields.Find("humanApprovalThreshold")?.Number(0, 1),
            EscalateIfConfidenceBelow = fields.Find("escalateIfConfidenceBelow")?.Number(0, 1),
            NoAutoActionIfSeverityIn = fields.Find("noAutoActionIfSeverityIn") is { } severities ? Severities(severities) : null,
            RequireHumanApprovalFor = fields.Find("requireHumanApprovalFor") is { } types ? Types(types) : null,
            MaxAutoRetries = fields.Find("maxAutoRetries")?.Whole(0, 1_000),
            SeverityGates = fields.Find("severityGates") is { } gates ? Gates(gates) : null,
            Rules = RuleFields.GuardrailRules(fields.Find("rules")),
        };
        fields.Close();
        return guardrails;
    }

    // A bare list names tools.
    private static ToolList? Tools(Field? field, bool isAllow)
    {
        if (field is not { } given)
        {
            return null;
        }

        if (given.IsList)
        {
            return new ToolList(Names(given, isAllow), []);
        }

        if (given.Object() is not { } fields)
        {
            return null;
        }

        List<string> tools = fields.Find("tools") is { } listed ? Names(listed, isAllow) : [];
        List<string> actions = [];
        foreach (Field item in fields.Find("actions")?.Items() ?? [])
        {
            if (item.Text() is not { } text)
            {
                continue;
            }

            if (StepActions.Canonical(text) is { } action)
            {
                actions.Add(action);
                if (isAllow)
                {
                    item.Notes.Refer(ReferenceKind.AllowedAction, action, item.Pointer);
                }
            }
            else
            {
                item.NotAllowed(text, StepActions.All);
            }
        }

        fields.Close();
        return new ToolList(tools, actions);
    }

    private static List<string> Names(Field field, bool isAllow)
    {
        List<string> names = [];
        foreach (Field item in field.Items())
        {
            if (item.Reference(isAllow ? ReferenceKind.AllowedTool : ReferenceKind.Tool) is { } name)
            {
                names.Add(name);
            }
        }

        return names;
    }

    private static List<Severity> Severities(Field field)
    {
        List<Severity> severities = [];
        foreach (Field item in field.Items())
        {
            if (item.Word<Severity>() is { } severity)
            {
                severities.Add(severity);
            }
        }

        return severities;
    }

    private static List<ExceptionTypeName> Types(Field field)
    {
        List<ExceptionTypeName> types = [];
        foreach (Field item in field.Items())
        {
            if (item.Reference(ReferenceKind.ExceptionType) is { } name)
            {
                types.Add(new ExceptionTypeName(name));
            }
        }

        return types;
    }

    private static List<SeverityGate> Gates(Field field)
    {
        List<SeverityGate> gates = [];
        foreach ((string name, Field entry) in field.Entries())
        {
            if (!Wire.TryParse(name, out Severity severity))
            {
                entry.NotAllowed(name, Wire.All<Severity>());
            }
            else if (entry.Object() is { } fields)
            {
                bool? requireApproval = fields.Require("requireApproval")?.Bool();
                fields.Close();
                if (gates.Exists(gate => gate.Severity == severity))
                {
                    entry.Error(ErrorCatalogue.Packs.SaidTwice, $"{Wire.Name(severity)} is given twice.");
                }

                gates.Add(new SeverityGate(severity, requireApproval ?? true));
            }
        }

        return gates;
    }
}
