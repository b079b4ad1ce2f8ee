using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Reeve.Benchmarks;

namespace Reeve.Load.Targets;

/// <summary>
/// Makes exceptions of some 600 bytes that differ in their id, their parcel and their time. A payload is one copy of a text and a few
/// digits written over it, so that making it costs next to nothing. Thread-safe.
/// </summary>
internal sealed class Payloads
{
    private const string Id = "EX-000123";
    private const string Parcel = "P-889123";
    private const string Time = "2026-11-20T08:55:12.123456Z";
    private const string Note = "nobody answered";
    private const int Digits = 12;

    private readonly byte[] text;
    private readonly int idAt;
    private readonly int parcelAt;
    private readonly int timeAt;
    private readonly TimeProvider clock;
    private long next;

    /// <summary>Begins.</summary>
    /// <param name="seed">Told apart runs on one store; the same seed gives the same ids, which a store that has them knows as repeats.</param>
    /// <param name="clock">Gives each exception its time, so that it is of today.</param>
    internal Payloads(string seed, TimeProvider clock)
    {
        this.clock = clock;
        string zeros = new('0', Digits);
        string raw = Encoding.UTF8.GetString(BenchPack.Raw).Replace(Id, $"EX-{seed}-{zeros}", StringComparison.Ordinal)
            .Replace(Parcel, "P-" + zeros, StringComparison.Ordinal)
            .Replace(Note, Note + ", the second attempt is planned for tomorrow between nine and noon", StringComparison.Ordinal);
        text = Encoding.UTF8.GetBytes(raw);
        idAt = raw.IndexOf($"EX-{seed}-", StringComparison.Ordinal) + $"EX-{seed}-".Length;
        parcelAt = raw.IndexOf("P-" + zeros, StringComparison.Ordinal) + 2;
        timeAt = raw.IndexOf(Time, StringComparison.Ordinal);
    }

    /// <summary>How long each one is.</summary>
    internal int Length => text.Length;

    /// <summary>The next exception.</summary>
    internal byte[] Next()
    {
        byte[] made = GC.AllocateUninitializedArray<byte>(text.Length);
        text.CopyTo(made, 0);
        Write(made);
        return made;
    }

    /// <summary>The next ones as one JSON array, for a request.</summary>
    internal byte[] NextArray(int count)
    {
        byte[] made = GC.AllocateUninitializedArray<byte>((count * (text.Length + 1)) + 1);
        int at = 0;
        for (int i = 0; i < count; i++)
        {
            made[at++] = i == 0 ? (byte)'[' : (byte)',';
            text.CopyTo(made, at);
            Write(made.AsSpan(at, text.Length));
            at += text.Length;
        }

        made[at] = (byte)']';
        return made;
    }

    private void Write(Span<byte> made)
    {
        long number = Interlocked.Increment(ref next);
        StandardFormat digits = new('D', Digits);
        _ = Utf8Formatter.TryFormat(number, made[idAt..], out _, digits);
        _ = Utf8Formatter.TryFormat(number, made[parcelAt..], out _, digits);
        _ = clock.GetUtcNow().UtcDateTime.TryFormat(made[timeAt..], out _, "yyyy-MM-ddTHH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
    }
}
