using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Reeve.Core.Events;
using Reeve.Core.Records;
using Reeve.Testing;

namespace Reeve.Tests.Events;

/// <summary>The vectors of docs/audit-format.md hold for our hashes, and for hashes written from that page alone.</summary>
public sealed class AuditVectorTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(Repository.Root, "docs/audit-format.md")).ReplaceLineEndings("\n");

    private static readonly string Export = Regex.Match(Page, "```jsonl\n(.*?)```", RegexOptions.Singleline, TimeSpan.FromSeconds(1)).Groups[1].Value;

    // Position → commitment, digest, hash, as the table of the page has them.
    private static readonly Dictionary<string, (string Commitment, string Digest, string Hash)> Table = Regex
        .Matches(Page, @"^\| (\S+ [0-9.]+) \| .* \| `([0-9a-f]{64})` \| `([0-9a-f]{64})` \| `([0-9a-f]{64})` \|$", RegexOptions.Multiline, TimeSpan.FromSeconds(1))
        .ToDictionary(row => row.Groups[1].Value, row => (row.Groups[2].Value, row.Groups[3].Value, row.Groups[4].Value));

    // What the page says of the event that was erased.
    private static readonly Match Erased = Regex.Match(Page, @"Before it was erased, `([0-9.]+)` had the salt\s+`([0-9a-f]{32})` and the body\s+`(.*)` \(", RegexOptions.None, TimeSpan.FromSeconds(1));

    public static TheoryData<string> Positions => [.. Table.Keys];

    [Fact]
    public void The_page_has_vectors()
    {
        Table.Keys.ShouldBe(["NORTH 1.7.0", "NORTH 1.7.1", "NORTH 1.9.0", "NORTH 1.4294967306.0", "SOUTH.2 2.1.0"]);
        Lines().Count(line => Text(line, "kind") == "event").ShouldBe(Table.Count);
    }

    [Theory]
    [MemberData(nameof(Positions))]
    public void Our_hashes_are_those_of_the_page(string position)
    {
        LoggedEvent e = Read(Line(position));
        Span<byte> hash = stackalloc byte[32];
        (byte[] salt, byte[] body) = Body(position);

        EventHash.Commitment(salt, body, hash);
        Convert.ToHexStringLower(hash).ShouldBe(Table[position].Commitment);
        EventHash.Digest(e, hash);
        Convert.ToHexStringLower(hash).ShouldBe(Table[position].Digest);
        EventHash.Link(Previous(position), e.Position, e.RecordedAt, hash, hash);
        Convert.ToHexStringLower(hash).ShouldBe(Table[position].Hash);
        Convert.ToHexStringLower(e.Commitment.Span).ShouldBe(Table[position].Commitment);
        Convert.ToHexStringLower(e.Hash.Span).ShouldBe(Table[position].Hash);
    }

    [Theory]
    [MemberData(nameof(Positions))]
    public void Hashes_written_from_the_page_are_those_of_the_page(string position)
    {
        JsonElement line = Line(position);
        (byte[] salt, byte[] body) = Body(position);

        byte[] commitment = SHA256.HashData([.. salt, .. body]);
        byte[] digest = SHA256.HashData(DigestInput(line, commitment));
        byte[] hash = SHA256.HashData(LinkInput(line, Previous(position), digest));

        (Convert.ToHexStringLower(commitment), Convert.ToHexStringLower(digest), Convert.ToHexStringLower(hash)).ShouldBe(Table[position]);
    }

    [Fact]
    public void The_hashed_bytes_that_the_page_shows_are_hashed()
    {
        string[] shown = [.. Regex.Matches(Page, "```hex\n(.*?)```", RegexOptions.Singleline, TimeSpan.FromSeconds(1)).Select(block => block.Groups[1].Value.Replace("\n", "", StringComparison.Ordinal))];

        shown.Select(hex => Convert.ToHexStringLower(SHA256.HashData(Convert.FromHexString(hex))))
            .ShouldBe([Table["NORTH 1.7.0"].Digest, Table["NORTH 1.7.1"].Digest, Table["NORTH 1.7.1"].Hash]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(900)]
    [InlineData(5000)]
    [InlineData(2_000_000)]
    public void Long_texts_and_bodies_hash_like_short_ones(int length)
    {
        LoggedEvent e = Read(Line("NORTH 1.7.0")) with { ActorId = new string('é', length) };
        byte[] body = [.. Enumerable.Range(0, length).Select(i => (byte)i)];
        byte[] salt = new byte[16];
        Span<byte> hash = stackalloc byte[32];

        EventHash.Commitment(salt, body, hash);
        hash.ToArray().ShouldBe(SHA256.HashData([.. salt, .. body]));
        EventHash.Digest(e, hash);
        JsonElement line = JsonSerializer.SerializeToElement(Line("NORTH 1.7.0").EnumerateObject()
            .ToDictionary(member => member.Name, member => member.Name == "actorId" ? e.ActorId : (object)member.Value));
        hash.ToArray().ShouldBe(SHA256.HashData(DigestInput(line, e.Commitment.ToArray())));
    }

    [Fact]
    public void Hashing_an_event_of_usual_size_allocates_nothing()
    {
        LoggedEvent e = Read(Line("NORTH 1.7.0"));
        (byte[] salt, byte[] body) = Body("NORTH 1.7.0");
        byte[] hash = new byte[32];
        Hash();

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            Hash();
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);

        void Hash()
        {
            EventHash.Commitment(salt, body, hash);
            EventHash.Digest(e, hash);
            EventHash.Link(hash, e.Position, e.RecordedAt, hash, hash);
        }
    }

    // From here on: the page's own words, with nothing of ours.
    private static byte[] DigestInput(JsonElement line, byte[] commitment) =>
    [
        .. Field("reeve.event.1"u8.ToArray()),
        .. Field(Utf8(line, "tenantId")), .. Field(Uuid(line, "eventId")), .. Field(Utf8(line, "type")), .. Field(Number(line, "version")),
        .. Field(Time(line, "occurredAt")), .. Field(Uuid(line, "exceptionKey")), .. Field(Number(line, "rowVersion")), .. Field(Uuid(line, "runId")),
        .. Field(Uuid(line, "passId")), .. Field(Utf8(line, "stage")), .. Field(Utf8(line, "actorKind")), .. Field(Utf8(line, "actorId")), .. Field(commitment),
    ];

    private static byte[] LinkInput(JsonElement line, byte[] previous, byte[] digest) =>
    [
        .. previous, .. Number(line, "slot")![4..], .. Number(line, "n")!, .. Number(line, "ordinal")![4..], .. Time(line, "recordedAt"), .. digest,
    ];

    private static byte[] Field(byte[]? value)
    {
        if (value is null)
        {
            return [0xff, 0xff, 0xff, 0xff];
        }

        byte[] length = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(length, (uint)value.Length);
        return [.. length, .. value];
    }

    private static byte[]? Utf8(JsonElement line, string name) => Text(line, name) is { } text ? Encoding.UTF8.GetBytes(text) : null;

    private static byte[]? Uuid(JsonElement line, string name) => Text(line, name) is { } text ? Convert.FromHexString(text.Replace("-", "", StringComparison.Ordinal)) : null;

    private static byte[]? Number(JsonElement line, string name) => line.GetProperty(name) is { ValueKind: JsonValueKind.Number } number ? Bytes(number.GetInt64()) : null;

    private static byte[] Time(JsonElement line, string name) =>
        Bytes((DateTime.Parse(Text(line, name)!, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal) - DateTime.UnixEpoch).Ticks / 10);

    private static byte[] Bytes(long value)
    {
        byte[] bytes = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, value);
        return bytes;
    }

    private static string? Text(JsonElement line, string name) => line.GetProperty(name).GetString();

    private static IEnumerable<JsonElement> Lines() => Export.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement);

    private static IEnumerable<JsonElement> Events() => Lines().Where(line => Text(line, "kind") == "event");

    private static string Place(JsonElement line) => $"{Text(line, "tenantId")} {line.GetProperty("slot")}.{line.GetProperty("n")}.{line.GetProperty("ordinal")}";

    private static JsonElement Line(string position) => Events().Single(line => Place(line) == position);

    private static byte[] Previous(string position) =>
        Events().TakeWhile(line => Place(line) != position).LastOrDefault(line => Text(line, "tenantId") == position.Split(' ')[0]) is { ValueKind: JsonValueKind.Object } before
            ? Convert.FromHexString(Text(before, "hash")!)
            : new byte[32];

    private static (byte[] Salt, byte[] Body) Body(string position)
    {
        JsonElement line = Line(position);
        return position.EndsWith(' ' + Erased.Groups[1].Value, StringComparison.Ordinal)
            ? (Convert.FromHexString(Erased.Groups[2].Value), Encoding.UTF8.GetBytes(Erased.Groups[3].Value))
            : (Convert.FromHexString(Text(line, "salt")!), Encoding.UTF8.GetBytes(Text(line, "body")!));
    }

    private static LoggedEvent Read(JsonElement line)
    {
        return new LoggedEvent
        {
            TenantId = new TenantId(Text(line, "tenantId")!),
            Position = new EventPosition(line.GetProperty("slot").GetInt32(), line.GetProperty("n").GetInt64(), line.GetProperty("ordinal").GetInt32()),
            EventId = line.GetProperty("eventId").GetGuid(),
            RecordedAt = line.GetProperty("recordedAt").GetDateTimeOffset(),
            Type = new EventType(Text(line, "type")!),
            Version = line.GetProperty("version").GetInt32(),
            OccurredAt = line.GetProperty("occurredAt").GetDateTimeOffset(),
            ExceptionKey = Id("exceptionKey") is { } key ? new ExceptionKey(key) : null,
            RowVersion = line.GetProperty("rowVersion") is { ValueKind: JsonValueKind.Number } version ? version.GetInt64() : null,
            RunId = Id("runId") is { } run ? new RunId(run) : null,
            PassId = Id("passId") is { } pass ? new PassId(pass) : null,
            Stage = Text(line, "stage"),
            ActorKind = Text(line, "actorKind")!,
            ActorId = Text(line, "actorId")!,
            Commitment = Convert.FromHexString(Text(line, "commitment")!),
            Hash = Convert.FromHexString(Text(line, "hash")!),
        };

        Guid? Id(string name) => Text(line, name) is { } text ? Guid.Parse(text) : null;
    }
}
