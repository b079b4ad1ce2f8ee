using Reeve.Core.Errors;
using Reeve.Core.Packs;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Runtime;

namespace Reeve.Engine.Intake;

/// <summary>
/// The door of Intake: any JSON object becomes a record, or is refused with every reason (EX-AGENT-INTAKE-1). Thread-safe
/// when its id source is.
/// </summary>
public sealed class Normaliser(IIdSource ids)
{
    /// <summary>The largest payload of one exception: 1 MiB.</summary>
    public const int MaxPayloadBytes = 1024 * 1024;

    /// <summary>The deepest payload, in levels of objects and lists; the payload itself is the first.</summary>
    public const int MaxPayloadDepth = 64;

    // A document may hold many exceptions, so it may be as large as a request body; each payload in it is checked by itself.
    // Depth: two levels for the envelope or the list that a mapping goes through.
    private static readonly JsonLimits Document = new() { MaxBytes = 10 * 1000 * 1000, MaxDepth = MaxPayloadDepth + 2, InfiniteIsNull = true };

    private static readonly IntakeMapping NoMapping = new();

    /// <summary>
    /// Normalises one raw item. Most items give one outcome; a mapping with <c>each</c> gives one per list item.
    /// </summary>
    /// <param name="item">The JSON as received, or why it could not be cut out.</param>
    /// <param name="policy">The packs; their tenant is the caller's.</param>
    /// <param name="now">The time of arrival, UTC.</param>
    public IReadOnlyList<IntakeOutcome> Normalise(RawItem item, BoundPolicy policy, DateTimeOffset now)
    {
        if (item.Error is not null)
        {
            return [new IntakeOutcome.Refused([item.Error])];
        }

        Value root;
        try
        {
            root = JsonText.Parse(item.Bytes.Span, Document);
        }
        catch (ReeveException fault)
        {
            return [new IntakeOutcome.Refused([item.Place(fault.Error)])];
        }

        return root.MapOrNull() is ObjectMap document
            ? Normalise(document, item, policy, TimeText.ToMicroseconds(now))
            : [new IntakeOutcome.Refused([new ReeveError(ErrorCatalogue.Intake.NotAnObject, $"It is {Describe(root.Kind)}.", "")])];
    }

    private List<IntakeOutcome> Normalise(ObjectMap document, RawItem item, BoundPolicy policy, DateTimeOffset now)
    {
        FieldReader reader = new();
        Envelope? envelope = Envelope.Is(document) ? Envelope.Read(document, reader) : null;
        ObjectMap? payload = envelope is null ? document : envelope.Payload(reader);
        if (envelope is not null)
        {
            CheckTenant(envelope, policy.TenantId, reader);
        }

        if (payload is null || reader.Errors.Count > 0)
        {
            return [new IntakeOutcome.Refused(reader.Errors)];
        }

        MappingActivation scope = new(policy, Value.Of(payload), now);
        (IntakeMapping mapping, string path) = Choose(policy.Domain.Intake, scope, reader);
        Value each = mapping.Each is null || reader.Errors.Count > 0 ? default : Mapped.Evaluate(mapping.Each, scope, path + "/each", reader);
        if (reader.Errors.Count > 0)
        {
            return [new IntakeOutcome.Refused(reader.Errors)];
        }

        if (mapping.Each is null)
        {
            scope.Item = Value.Of(payload);
            return [One(envelope, payload, Payload(mapping, scope, path, reader) ?? payload, mapping, path, scope, item, policy, now, reader)];
        }

        if (each.ListOrNull() is not { Count: > 0 } items)
        {
            reader.Fail(ErrorCatalogue.Intake.NothingFound, each.ListOrNull() is null ? "is not a list." : "is an empty list.", path + "/each");
            return [new IntakeOutcome.Refused(reader.Errors)];
        }

        List<IntakeOutcome> outcomes = new(items.Count);
        for (int i = 0; i < items.Count; i++)
        {
            FieldReader own = new();
            own.Flags.AddRange(reader.Flags);

            // What a row was made from is sought in the row itself: its copy as JSON is text of its own.
            scope.Item = items[i];
            ObjectMap? named = Payload(mapping, scope, path, own);
            bool found = items[i].MapOrNull() is ObjectMap { SourceLength: > 0 };
            ObjectMap? part = found ? (ObjectMap)items[i].AsMap() : Mapped.Json(items[i], $"{path}/each/{i}", own).MapOrNull() as ObjectMap;
            if (part is not null)
            {
                Envelope? around = items.Count == 1 ? envelope : envelope?.WithoutId();
                outcomes.Add(One(around, part, named ?? (found ? part : null), mapping, path, scope, item, policy, now, own));
            }
            else
            {
                if (own.Errors.Count == 0)
                {
                    own.Fail(ErrorCatalogue.Intake.NotAnObject, "is no object.", $"{path}/each/{i}");
                }

                outcomes.Add(new IntakeOutcome.Refused(own.Errors));
            }
        }

        return outcomes;
    }

    // A payload is the source's own bytes, so only an object that the document has can be one.
    private static ObjectMap? Payload(IntakeMapping mapping, MappingActivation scope, string path, FieldReader reader)
    {
        if (mapping.Payload is not { } expression || Mapped.Evaluate(expression, scope, path + "/record/rawPayload", reader) is not { IsNull: false } value)
        {
            return null;
        }

        if (value.MapOrNull() is ObjectMap { SourceLength: > 0 } found)
        {
            return found;
        }

        reader.Fail(ErrorCatalogue.Intake.NotAnObject, "is no object of the document.", path + "/record/rawPayload");
        return null;
    }

    private IntakeOutcome One(
        Envelope? envelope, ObjectMap payload, ObjectMap? received, IntakeMapping mapping, string path, MappingActivation scope,
        RawItem item, BoundPolicy policy, DateTimeOffset now, FieldReader reader)
    {
        scope.Item = Value.Of(payload);
        Mapped mapped = Mapped.Read(mapping, scope, path, reader);
        Sources sources = new(envelope, mapped, payload);

        string? givenId = reader.Id(sources.Field("exceptionId", "exception_id", out string pointer), policy.TenantId, pointer);
        string? type = reader.Text(sources.Field("exceptionType", "exception_type", out pointer), pointer);
        string? source = reader.Text(sources.Field("sourceSystem", "source_system", out pointer), pointer);
        DateTimeOffset? time = reader.Time(sources.Field("timestamp", "timestamp", out pointer), pointer);
        List<string> detected = envelope?.Strings("detectedRules", reader) ?? [];
        List<string> suggested = envelope?.Strings("suggestedActions", reader) ?? [];
        string? owner = envelope is null ? null : reader.Text(envelope["owner"], "/owner");

        // An item that the mapping made, and of which it does not say what it was made from, has no text of its own: its
        // compact JSON becomes its payload.
        payload = received ?? payload;
        ReadOnlyMemory<byte> raw = received is null || item.Bytes.IsEmpty ? JsonText.ToUtf8(Value.Of(payload)) : item.Bytes.Slice(payload.SourceStart, payload.SourceLength);
        CheckPayload(payload, raw, envelope is null ? "" : "/rawPayload", reader);
        string externalId = mapped.ExternalId ?? givenId ?? "";
        PassId pass = new(ids.Next(now));
        ObjectMap context = Context(sources, mapped, externalId, pass, policy, now, reader);
        if (reader.Errors.Count > 0)
        {
            return new IntakeOutcome.Refused(reader.Errors);
        }

        ExceptionKey key = new(ids.Next(now));
        ExceptionRecord record = new()
        {
            ExceptionId = new ExceptionId(givenId ?? key.ToString()),
            TenantId = policy.TenantId,
            SourceSystem = source ?? item.Source ?? "unknown",
            Timestamp = time ?? now,
            RawPayload = payload,
            RawBytes = raw,
            NormalizedContext = context,
            DetectedRules = detected,
            SuggestedActions = suggested,
            Owner = owner,
        };
        return new IntakeOutcome.Accepted(new Arrival
        {
            Record = record,
            Key = key,
            PassId = pass,
            GivenType = type,
            TimestampGiven = time is not null,
            IdGiven = givenId is not null,
            Flags = reader.Flags,
            ExternalId = externalId.Length == 0 ? null : externalId,
            Fingerprint = mapped.Fingerprint,
            Closes = mapped.Closes,
        });
    }

    private ObjectMap Context(Sources sources, Mapped mapped, string externalId, PassId pass, BoundPolicy policy, DateTimeOffset now, FieldReader reader)
    {
        ContextBuilder context = new();
        context.Set("pipelineId", Value.Of(pass.ToString()));
        context.Set("normalizedAt", Value.Of(TimeText.Timestamp(now)));
        context.Set("domain", Value.Of(policy.Domain.Name.Value));
        context.SetIfKnown("externalId", Value.Of(externalId.Length == 0 ? null : externalId));
        context.SetIfKnown("fingerprint", Value.Of(mapped.Fingerprint));
        sources.Data("amount", reader.Amount, context);
        sources.Data("currency", reader.Currency, context);
        context.SetIfKnown("reportedSeverity", sources.Severity(reader));
        foreach ((string name, Value value) in mapped.Context)
        {
            context.SetIfKnown(name, value);
        }

        if (sources.GivenContext(reader) is { } given)
        {
            for (int i = 0; i < given.Count; i++)
            {
                context.AddIfAbsent(given.Keys[i], given.Values[i]);
            }
        }

        return context.Build();
    }

    private static (IntakeMapping Mapping, string Path) Choose(IReadOnlyList<IntakeMapping> mappings, MappingActivation scope, FieldReader reader)
    {
        for (int i = 0; i < mappings.Count; i++)
        {
            string path = $"/intake/{i}";
            if (mappings[i].When is not { } when)
            {
                return (mappings[i], path);
            }

            Value holds = Mapped.Evaluate(when, scope, path + "/when", reader);
            if (reader.Errors.Count > 0)
            {
                break;
            }

            if (holds.Kind == ValueKind.Bool && holds.AsBool())
            {
                return (mappings[i], path);
            }
        }

        return (NoMapping, "/intake");
    }

    private static void CheckTenant(Envelope envelope, TenantId tenant, FieldReader reader)
    {
        string? given = reader.Text(envelope["tenantId"], "/tenantId");
        if (given is not null && !string.Equals(given, tenant.Value))
        {
            reader.Fail(ErrorCatalogue.Intake.OtherTenant, $"names another tenant than this policy's, '{tenant}'.", "/tenantId");
        }
    }

    private static void CheckPayload(ObjectMap payload, ReadOnlyMemory<byte> raw, string pointer, FieldReader reader)
    {
        if (raw.Length > MaxPayloadBytes)
        {
            reader.Errors.Add(new ReeveError(
                ErrorCatalogue.Intake.PayloadTooLarge, $"The payload has {raw.Length:N0} bytes; at most {MaxPayloadBytes:N0} are accepted.", pointer));
        }

        bool unusable = false;
        if (Depth(Value.Of(payload), ref unusable) > MaxPayloadDepth)
        {
            reader.Errors.Add(new ReeveError(ErrorCatalogue.Intake.PayloadTooDeep, $"The payload has more than {MaxPayloadDepth} levels.", pointer));
        }

        if (unusable)
        {
            FlagUnusable(Value.Of(payload), pointer, reader);
        }
    }

    // Pointers are made only for the rare payload that has such a number.
    private static void FlagUnusable(in Value value, string pointer, FieldReader reader)
    {
        if (value.IsNull && value.SourceText is not null)
        {
            reader.Flags.Add($"{pointer} is a number too large for a double, so rules find nothing there.");
        }

        if (value.ListOrNull() is { } list)
        {
            for (int i = 0; i < list.Count; i++)
            {
                FlagUnusable(list[i], JsonPointer.Child(pointer, i), reader);
            }
        }

        if (value.MapOrNull() is ObjectMap map)
        {
            for (int i = 0; i < map.Count; i++)
            {
                FlagUnusable(map.Values[i], JsonPointer.Child(pointer, map.Keys[i]), reader);
            }
        }
    }

    // The reader has bounded the depth already, so the recursion is bounded, too.
    private static int Depth(in Value value, ref bool unusable)
    {
        int deepest = 0;
        if (value.Kind == ValueKind.List)
        {
            foreach (ref readonly Value item in value.AsList().Items)
            {
                deepest = Math.Max(deepest, Depth(item, ref unusable));
            }

            return deepest + 1;
        }

        if (value.Kind == ValueKind.Map)
        {
            foreach (ref readonly Value item in ((ObjectMap)value.AsMap()).Values)
            {
                deepest = Math.Max(deepest, Depth(item, ref unusable));
            }

            return deepest + 1;
        }

        unusable |= value.IsNull && value.SourceText is not null;
        return 0;
    }

    private static string Describe(ValueKind kind) => kind switch
    {
        ValueKind.Null => "null",
        ValueKind.List => "a list",
        ValueKind.String => "a string",
        ValueKind.Bool => "a bool",
        _ => "a number",
    };
}
