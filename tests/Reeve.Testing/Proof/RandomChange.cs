using System.Globalization;
using Reeve.Core.Events;
using Reeve.Core.Records;

namespace Reeve.Testing.Proof;

/// <summary>One change of what is stored of one event, chosen by chance.</summary>
public static class RandomChange
{
    /// <summary>Changes one column of one row; says which.</summary>
    public static string Apply(TestLog log, Random chance)
    {
        int at = chance.Next(log.Rows.Count);
        LoggedEvent row = log.Rows[at];
        (string column, LoggedEvent changed) = Changed(row, chance);
        log.Rows[at] = changed;
        return $"{column} of {row.TenantId} {row.Position}";
    }

    private static (string Column, LoggedEvent Row) Changed(LoggedEvent e, Random chance)
    {
        string column = Tampering.Columns[chance.Next(Tampering.Columns.Count)].Column;
        return (column, column switch
        {
            "tenant_id" => e with { TenantId = new TenantId(e.TenantId.Value == "NORTH" && chance.Next(2) == 0 ? "SOUTH" : Text(e.TenantId.Value, chance)) },
            "slot" => e with { Position = e.Position with { Slot = e.Position.Slot == 1 ? chance.Next(2, 4) : 1 } },
            "n" => e with { Position = e.Position with { N = Number(e.Position.N, chance) } },
            "ordinal" => e with { Position = e.Position with { Ordinal = (int)Number(e.Position.Ordinal, chance) } },
            "event_id" => e with { EventId = Id(e.EventId, chance) },
            "recorded_at" => e with { RecordedAt = Time(e.RecordedAt, chance) },
            "type" => e with { Type = new EventType(Text(e.Type.Name, chance)) },
            "version" => e with { Version = (int)Number(e.Version, chance) },
            "occurred_at" => e with { OccurredAt = Time(e.OccurredAt, chance) },
            "exception_key" => e with { ExceptionKey = IdOrNull(e.ExceptionKey?.Value, chance) is { } id ? new ExceptionKey(id) : null },
            "row_version" => e with { RowVersion = e.RowVersion is { } version ? (chance.Next(2) == 0 ? null : Number(version, chance)) : chance.Next(3) },
            "run_id" => e with { RunId = IdOrNull(e.RunId?.Value, chance) is { } id ? new RunId(id) : null },
            "pass_id" => e with { PassId = IdOrNull(e.PassId?.Value, chance) is { } id ? new PassId(id) : null },
            "stage" => e with { Stage = e.Stage is null ? (chance.Next(2) == 0 ? "" : "intake") : chance.Next(2) == 0 ? null : Text(e.Stage, chance) },
            "actor_kind" => e with { ActorKind = Text(e.ActorKind, chance) },
            "actor_id" => e with { ActorId = Text(e.ActorId, chance) },
            "commitment" => e with { Commitment = Bytes(e.Commitment, chance) },
            "hash" => e with { Hash = Bytes(e.Hash, chance) },
            "salt" => e with { Salt = BytesOrNull(e.Salt, chance) },
            "body" => e with { Body = BytesOrNull(e.Body, chance) },
            _ => throw new InvalidOperationException($"No change of the column {column} is written here."),
        });
    }

    private static long Number(long was, Random chance)
    {
        long number = chance.Next(3) switch { 0 => was + 1, 1 => chance.Next(0, 12), _ => chance.NextInt64(0, int.MaxValue) };
        return number == was ? was + 1 : number;
    }

    private static DateTimeOffset Time(DateTimeOffset was, Random chance) => was.AddMicroseconds(chance.Next(2) == 0 ? chance.Next(1, 5000) : -chance.Next(1, 5000));

    private static string Text(string was, Random chance)
    {
        int at = chance.Next(was.Length + 1);
        string letter = ((char)chance.Next('a', 'z' + 1)).ToString(CultureInfo.InvariantCulture);
        string text = at == was.Length || chance.Next(2) == 0 ? was.Insert(at, letter) : was.Remove(at, 1);
        return text.Length == 0 ? letter + letter : text;
    }

    private static Guid Id(Guid was, Random chance) => new(Bytes(was.ToByteArray(bigEndian: true), chance), bigEndian: true);

    private static Guid? IdOrNull(Guid? was, Random chance) => was is not { } id ? Id(Guid.Empty, chance) : chance.Next(2) == 0 ? null : Id(id, chance);

    private static byte[] Bytes(ReadOnlyMemory<byte> was, Random chance)
    {
        byte[] bytes = was.ToArray();
        bytes[chance.Next(bytes.Length)] ^= (byte)(1 << chance.Next(8));
        return bytes;
    }

    private static ReadOnlyMemory<byte>? BytesOrNull(ReadOnlyMemory<byte>? was, Random chance) =>
        was is not { Length: > 0 } bytes ? new byte[16] : chance.Next(2) == 0 ? default(ReadOnlyMemory<byte>?) : Bytes(bytes, chance);
}
