using Microsoft.OpenApi;
using Reeve.Core.Errors;
using Reeve.Core.Values;
using Reeve.Engine.Approvals;
using Reeve.Engine.Approvals.Asking;
using Reeve.Server.Api.Describing;
using Reeve.Server.Api.ToolUse;

namespace Reeve.Server.Api.Approving;

/// <summary>What these routes take: schemas, and how it is read.</summary>
internal static class ApprovalBodies
{
    private const int LongestText = 512;
    private const int LongestReason = 4_000;
    private const int MostReasons = 100;
    private const int MostBounds = 100;

    internal static OpenApiSchema Submission() => BodySchemas.Object("What to approve.", new()
    {
        ["exceptionId"] = BodySchemas.Text("The exception it is for; absent for one call that is for none."),
        ["domain"] = BodySchemas.Text("The domain of a call that is for no exception; absent when there is one domain."),
        ["calls"] = Calls("The calls: 1 to 100."),
        ["plan"] = Calls("As calls, which goes before it; or an object with the member steps."),
        ["evidence"] = BodySchemas.List(BodySchemas.Text("A sentence."), "Why."),
        ["timeoutMinutes"] = new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int64", Minimum = "1", Maximum = "43200", Description = "How long people have; 60 unless given. A rule that gives less is kept." },
        ["tenantId"] = Tenant(),
    });

    internal static OpenApiSchema Decision(bool approves)
    {
        Dictionary<string, IOpenApiSchema> members = new()
        {
            ["user"] = BodySchemas.Text("A remark: who decides is the credential's principal."),
            ["comments"] = BodySchemas.Text(approves ? "At most 4,000 characters." : "Why, in 1 to 4,000 characters."),
            ["tenantId"] = Tenant(),
        };
        if (approves)
        {
            members["bounds"] = BodySchemas.List(
                BodySchemas.Object("A bound of an awaited argument.", new()
                {
                    ["place"] = new OpenApiSchema { Type = JsonSchemaType.Integer, Description = "The item's place; absent when the approval has one item." },
                    ["part"] = BodySchemas.Text("The item's part; step unless given."),
                    ["pointer"] = BodySchemas.Text("The argument, as the item's awaited names it."),
                    ["bound"] = BodySchemas.Object("equals, oneOf, min, max, pattern: all given must hold, beside the author's."),
                }),
                "What awaited arguments may be. It adds or narrows, and widens nothing.");
        }

        return BodySchemas.Object("A decision.", members);
    }

    internal static OpenApiSchema Bulk()
    {
        OpenApiSchema body = BodySchemas.Object("One decision about several approvals.", new()
        {
            ["ids"] = BodySchemas.List(BodySchemas.Text("An approval."), "1 to 100 of them, each once."),
            ["decision"] = BodySchemas.Text("What to decide.", "approve", "reject"),
            ["user"] = BodySchemas.Text("A remark: who decides is the credential's principal."),
            ["comments"] = BodySchemas.Text("At most 4,000 characters; a rejection says why."),
            ["tenantId"] = Tenant(),
        });
        body.Required = new SortedSet<string>(StringComparer.Ordinal) { "decision", "ids" };
        return body;
    }

    /// <summary>Reads the calls of a submission; nothing when any is wrong, which the body says.</summary>
    internal static IReadOnlyList<AskedCall> ReadCalls(BodyMembers body, ListValue? calls, string name)
    {
        List<AskedCall> read = [];
        for (int i = 0; calls is not null && i < calls.Count; i++)
        {
            Value given = calls[i];
            if (given.MapOrNull() is ObjectMap map && (map["tool"].StringOrNull() ?? map["toolName"].StringOrNull()) is { Length: > 0 and <= LongestText } tool && Arguments(map) is { } arguments)
            {
                read.Add(new AskedCall(tool, arguments, map["action"].StringOrNull() is { Length: > 0 and <= LongestText } action ? action : null));
            }
            else
            {
                body.Fail($"{name}/{i}", "It must be an object with tool, a text, and arguments, an object.");
            }
        }

        return read;
    }

    /// <summary>Reads sentences; one text counts as one.</summary>
    internal static IReadOnlyList<string> ReadEvidence(BodyMembers body)
    {
        List<string> read = [];
        ListValue? given = body.List("evidence", MostReasons);
        for (int i = 0; given is not null && i < given.Count; i++)
        {
            if (given[i].StringOrNull() is { Length: > 0 and <= LongestReason } reason)
            {
                read.Add(reason);
            }
            else
            {
                body.Fail($"evidence/{i}", $"It must be a string of 1 to {LongestReason} characters.");
            }
        }

        return read;
    }

    /// <summary>Reads the bounds of an approver.</summary>
    /// <param name="body">The body.</param>
    /// <param name="asked">The approval; null when it is not there, and then nothing is read.</param>
    /// <exception cref="ReeveException">APPR-010.</exception>
    internal static IReadOnlyList<GivenBound> ReadBounds(BodyMembers body, Approval? asked)
    {
        List<GivenBound> read = [];
        ListValue? given = body.List("bounds", MostBounds);
        ApprovalItem? only = asked?.Request?.Items is [var one] ? one : null;
        for (int i = 0; given is not null && i < given.Count; i++)
        {
            if (given[i].MapOrNull() is not ObjectMap map || map["pointer"].StringOrNull() is not { } pointer || map["bound"].IsNull)
            {
                body.Fail($"bounds/{i}", "It must be an object with pointer, a text, and bound, an object.");
                continue;
            }

            int place = map["place"] is { Kind: ValueKind.Int } number && number.AsInt() is >= 0 and <= int.MaxValue and var whole ? (int)whole : only?.Place ?? 1;
            read.Add(new GivenBound(place, map["part"].StringOrNull() ?? only?.Part ?? "step", pointer, ArgumentBound.Read(map["bound"], $"/bounds/{i}/bound")));
        }

        return read;
    }

    private static ObjectMap? Arguments(ObjectMap map)
    {
        foreach (string name in (ReadOnlySpan<string>)["arguments", "payload", "parameters"])
        {
            if (map.TryGet(name, out Value given) && !given.IsNull)
            {
                return given.MapOrNull() as ObjectMap;
            }
        }

        return ObjectMap.Empty;
    }

    private static OpenApiSchema Calls(string description)
    {
        OpenApiSchema call = BodySchemas.Object("A call.", new()
        {
            ["tool"] = BodySchemas.Text("Its name in the domain, or its whole name."),
            ["arguments"] = BodySchemas.Object("The arguments; none unless given."),
            ["action"] = BodySchemas.Text("What it is for; the tool's description unless given."),
        });
        call.Required = new SortedSet<string>(StringComparer.Ordinal) { "tool" };
        return BodySchemas.List(call, description);
    }

    private static OpenApiSchema Tenant() => BodySchemas.Text("The credential's tenant, or absent.");
}
