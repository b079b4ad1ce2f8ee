using Reeve.Core.Calls;
using Reeve.Core.Decisions;
using Reeve.Core.Errors;
using Reeve.Core.Events;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Core.Values;

namespace Reeve.Engine.Tools.Executions;

/// <content>The same, read back.</content>
internal static partial class ExecutionEvents
{
    // What is stored was accepted once; here nothing is refused again.
    private static readonly JsonLimits Stored = new() { MaxBytes = int.MaxValue, MaxDepth = 1000, AllowNul = true, InfiniteIsNull = true };

    /// <summary>Which execution an event is about; null when it is about none, or its body is erased.</summary>
    internal static ExecutionId? ExecutionOf(LoggedEvent item) =>
        IsOfCall(item) && BodyOf(item) is { } body && Guid.TryParse(Text(body, "executionId"), out Guid id) ? new ExecutionId(id) : null;

    internal static bool IsOfCall(LoggedEvent item) => item.Type == EventType.ToolCallSettled || item.Type == EventType.ToolCallIntended;

    /// <summary>What became of an execution.</summary>
    /// <param name="row">Its row, which has ended.</param>
    /// <param name="settled">The event that says how; null, or without a body, when it is erased.</param>
    internal static ToolAnswer Answer(ToolExecution row, LoggedEvent? settled)
    {
        MapValue? body = settled is null ? null : BodyOf(settled);
        Value output = body is null ? Value.Null : Member(body, "output");
        if (row.Status == ExecutionStatus.Succeeded)
        {
            // A person who looked knows that it happened, not what it answered.
            return new ToolAnswer.Succeeded(output, row) { IsExact = body is not null && Member(body, "actor").IsNull && !Flag(body, "outputTruncated") && !Flag(body, "redacted") };
        }

        MapValue? error = body is null ? null : Member(body, "error").MapOrNull();
        string code = row.ErrorCode ?? ErrorCatalogue.Tools.ToolFailed.Code;
        ErrorCode kind = ErrorCatalogue.All.FirstOrDefault(known => known.Code == code) ?? ErrorCatalogue.Tools.ToolFailed;
        ReeveError why = new(kind, error is null ? kind.Title : Text(error, "message") ?? kind.Title);
        return row.IsUnknown ? new ToolAnswer.Unknown(why, row) : new ToolAnswer.Failed(why, body is not null && Flag(body, "happened"), row);
    }

    /// <summary>The call of an intention, as far as it can be made again; null when its arguments are not all there.</summary>
    internal static RecordedCall? CallOf(LoggedEvent intended)
    {
        if (BodyOf(intended) is not { } body || Flag(body, "redacted") || Member(body, "arguments").MapOrNull() is not ObjectMap arguments
            || Member(body, "actor").MapOrNull() is not { } actor || !Wire.TryParse(Text(actor, "kind") ?? "", out PrincipalKind kind)
            || !Wire.TryParse(Text(body, "floor") ?? "", out PolicyVerdict floor) || Chain(body) is not { Count: > 0 } chain)
        {
            return null;
        }

        Principal who = new(kind, Text(actor, "id") ?? "", Text(actor, "owner") ?? "", Texts(Member(actor, "roles")));
        return new RecordedCall
        {
            DomainPack = Text(body, "domainPack") ?? "",
            TenantPolicy = Text(body, "tenantPolicy") ?? "",
            Arguments = arguments,
            Goal = Text(body, "goal") ?? "",
            ExceptionId = Text(body, "exceptionId") is { } exception ? new ExceptionId(exception) : null,
            Authority = CallAuthority.OfRecord(who, floor, Text(body, "because") ?? "", Flag(body, "automatic"), chain),
        };
    }

    private static MapValue? BodyOf(LoggedEvent item) => item.Body is { } body ? JsonText.Parse(body.Span, Stored).MapOrNull() : null;

    private static List<CallFrame>? Chain(MapValue body)
    {
        List<CallFrame> chain = [];
        foreach (Value item in Items(Member(body, "chain")))
        {
            if (item.MapOrNull() is not { } frame || !Wire.TryParse(Text(frame, "kind") ?? "", out CallFrameKind kind))
            {
                return null;
            }

            chain.Add(new CallFrame(kind, Text(frame, "name") ?? ""));
        }

        return chain;
    }

    private static List<string> Texts(in Value list)
    {
        List<string> texts = [];
        foreach (Value item in Items(list))
        {
            if (item.StringOrNull() is { } text)
            {
                texts.Add(text);
            }
        }

        return texts;
    }

    private static ReadOnlySpan<Value> Items(in Value list) => list.ListOrNull() is { } items ? items.Items : [];

    private static Value Member(MapValue map, string name)
    {
        for (int i = 0; i < map.Count; i++)
        {
            if (map.KeyAt(i).StringOrNull() == name)
            {
                return map.ValueAt(i);
            }
        }

        return Value.Null;
    }

    private static string? Text(MapValue map, string name) => Member(map, name).StringOrNull();

    private static bool Flag(MapValue map, string name) => Member(map, name) is { Kind: ValueKind.Bool } flag && flag.AsBool();
}

/// <summary>A call as its intention has it, for whoever goes on with it.</summary>
internal sealed record RecordedCall
{
    internal required string DomainPack { get; init; }

    internal required string TenantPolicy { get; init; }

    internal required ObjectMap Arguments { get; init; }

    internal required string Goal { get; init; }

    internal required ExceptionId? ExceptionId { get; init; }

    internal required CallAuthority Authority { get; init; }
}
