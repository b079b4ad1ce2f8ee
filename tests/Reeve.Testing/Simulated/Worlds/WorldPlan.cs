using System.Globalization;
using System.Text;
using Reeve.Core.Policies;
using Reeve.Engine.Inbox;
using Reeve.Engine.Pipeline;

namespace Reeve.Testing.Simulated.Worlds;

/// <summary>What happens in the world of one seed, as far as that is settled before it begins: how it is made, who calls, what breaks. Immutable.</summary>
internal sealed record WorldPlan
{
    private static readonly string Domain = Make.With(Make.Domain, "intake", """
        [{"record": {"exceptionType": "doc.kind", "hoursLate": "doc.hoursLate", "parcel": "doc.parcel", "timestamp": "doc.at"}, "externalId": "doc.ref",
          "fingerprint": "doc.problem", "state": "doc.state == 'close' ? 'close' : 'open'"}]
        """);

    // Immutable, and dear to make: of all worlds together.
    private static readonly BoundPolicy[] AllTenants = [.. new[] { "EAST", "NORTH", "WEST" }.Select(tenant => Make.Bound(Domain, $$"""{"tenantId": "{{tenant}}", "domainName": "Parcels"}"""))];

    /// <summary>How many nodes.</summary>
    internal required int Nodes { get; init; }

    /// <summary>The tenants' packs.</summary>
    internal required IReadOnlyList<BoundPolicy> Tenants { get; init; }

    /// <summary>Through how many slots a node writes.</summary>
    internal required int Slots { get; init; }

    /// <summary>How many outcomes share a commit at most.</summary>
    internal required int BatchSize { get; init; }

    /// <summary>Whether something is asked before a pass is decided, so that it is received first.</summary>
    internal required bool Asks { get; init; }

    /// <summary>How often a pass is committed.</summary>
    internal required CommitMode Commits { get; init; }

    /// <summary>How much may wait.</summary>
    internal required QueueLimits Queues { get; init; }

    /// <summary>How many events a reader takes at once, about.</summary>
    internal required int PageSize { get; init; }

    /// <summary>Which node hosts the reader.</summary>
    internal required int ReadBy { get; init; }

    /// <summary>What is sent.</summary>
    internal required IReadOnlyList<PlannedCall> Calls { get; init; }

    /// <summary>What breaks.</summary>
    internal required IReadOnlyList<PlannedFault> Faults { get; init; }

    /// <summary>How long things break; then the world must come to rest.</summary>
    internal static readonly TimeSpan Troubled = TimeSpan.FromSeconds(14);

    internal static WorldPlan Of(Random random, int nodes)
    {
        int tenants = 2 + random.Next(2);
        int items = 20 + random.Next(16);
        return new WorldPlan
        {
            Nodes = nodes,
            Tenants = AllTenants[..tenants],
            Slots = 1 + random.Next(2),
            BatchSize = random.Next(3) == 0 ? 1 + random.Next(4) : 256,
            Asks = random.Next(3) == 0,
            Commits = random.Next(8) == 0 ? CommitMode.Stage : CommitMode.Once,
            Queues = random.Next(4) == 0 ? new QueueLimits(Items: 4, Bytes: 100_000) : new QueueLimits(),
            PageSize = 1 + random.Next(30),
            ReadBy = random.Next(nodes),
            Calls = CallsOf(random, items, tenants),
            Faults = FaultsOf(random, nodes),
        };
    }

    private static List<PlannedCall> CallsOf(Random random, int items, int tenants)
    {
        int poison = random.Next(6) == 0 ? random.Next(items) : -1;
        List<PlannedCall> calls = [];
        int next = 0;
        while (next < items)
        {
            int tenant = random.Next(tenants);
            List<PlannedItem> together = [];
            for (int count = 1 + random.Next(random.Next(3) == 0 ? 8 : 3); count > 0 && next < items; count--)
            {
                PlannedItem item = PlannedItem.Of(random, next, isPoison: next == poison);
                together.Add(item);
                for (int part = 1; part < 4 && item.HasTime && random.Next(3) == 0; part++)
                {
                    together.Add(item.Following(random, part, isEnd: part == 3));
                }

                next++;
            }

            // A sender that repeats itself in one breath.
            if (random.Next(8) == 0 && together[0].IsDelivery)
            {
                together.Add(together[0]);
            }

            bool mayRepeat = together.TrueForAll(item => item.IsDelivery);
            calls.Add(new PlannedCall(tenant, Within(random, Troubled * 0.8), together, IsDocument: random.Next(2) == 0)
            {
                Tries = mayRepeat ? 1 + random.Next(5) : 1,
                Copies = mayRepeat && random.Next(4) == 0 ? 2 : 1,
            });
        }

        return calls;
    }

    private static List<PlannedFault> FaultsOf(Random random, int nodes)
    {
        FaultKind[] kinds = Enum.GetValues<FaultKind>();
        List<PlannedFault> faults = [];
        for (int count = 6 + random.Next(7); count > 0; count--)
        {
            faults.Add(new PlannedFault(kinds[random.Next(kinds.Length)], Within(random, Troubled * 0.8), random.Next(nodes), TimeSpan.FromMilliseconds(200 + random.Next(8_000)), random.Next()));
        }

        return faults;
    }

    private static TimeSpan Within(Random random, TimeSpan span) => TimeSpan.FromMilliseconds(random.Next((int)span.TotalMilliseconds));
}

/// <summary>An exception that is sent, in one or more deliveries.</summary>
/// <param name="Number">Which.</param>
/// <param name="IsDelivery">Whether it can be known again, and so may be sent again.</param>
/// <param name="HasTime">Whether its source says when it happened.</param>
/// <param name="Json">What is sent.</param>
internal sealed record PlannedItem(int Number, bool IsDelivery, bool HasTime, ReadOnlyMemory<byte> Json)
{
    internal const string NumberMember = "item";
    internal const string PoisonMember = "poison";

    internal static PlannedItem Of(Random random, int number, bool isPoison)
    {
        int identity = random.Next(4);
        string name = identity switch
        {
            0 => $",\"exceptionId\":\"E{number}\"",
            3 => "",
            _ => $",\"ref\":\"R{number}\"",
        };
        bool hasTime = random.Next(2) == 0;
        return new PlannedItem(number, identity < 3, hasTime, Render(random, number, hasTime ? 0 : null, name + (isPoison ? $",\"{PoisonMember}\":true" : "")));
    }

    /// <summary>A further delivery of the same problem, a minute later: worse, as bad, or its end.</summary>
    internal PlannedItem Following(Random random, int part, bool isEnd) => this with
    {
        Json = Render(random, Number, part, (IsDelivery ? $",\"ref\":\"R{Number}.{part}\"" : "") + (isEnd ? ",\"state\":\"close\"" : "")),
    };

    private static byte[] Render(Random random, int number, int? minute, string more)
    {
        StringBuilder json = new(200);
        json.Append(CultureInfo.InvariantCulture, $$"""{"{{NumberMember}}":{{number}},"kind":"{{(random.Next(4) == 0 ? "LOST" : "DELAYED")}}","parcel":"P{{number}}","problem":"F{{number}}","hoursLate":{{random.Next(100)}}""");
        if (minute is { } given)
        {
            json.Append(CultureInfo.InvariantCulture, $",\"at\":\"2026-01-15T08:{given:00}:00Z\"");
        }

        return Encoding.UTF8.GetBytes(json.Append(more).Append('}').ToString());
    }
}

/// <summary>Exceptions that are sent together.</summary>
/// <param name="Tenant">Whose.</param>
/// <param name="At">When.</param>
/// <param name="Items">They.</param>
/// <param name="IsDocument">Whether it is read whole before it is begun; else it is a stream.</param>
internal sealed record PlannedCall(int Tenant, TimeSpan At, IReadOnlyList<PlannedItem> Items, bool IsDocument)
{
    /// <summary>How often it is sent at most, when no answer comes.</summary>
    internal int Tries { get; init; }

    /// <summary>How many senders have it.</summary>
    internal int Copies { get; init; }
}

/// <summary>Something that is to break.</summary>
/// <param name="Kind">What.</param>
/// <param name="At">When, or from when on it may.</param>
/// <param name="Node">Whose.</param>
/// <param name="For">How long it stays broken; what it means depends on the kind.</param>
/// <param name="Chance">What else is to be chosen.</param>
internal sealed record PlannedFault(FaultKind Kind, TimeSpan At, int Node, TimeSpan For, int Chance);

/// <summary>What can break.</summary>
public enum FaultKind
{
    /// <summary>A commit goes through and its answer is lost.</summary>
    LostAnswer,

    /// <summary>The connection breaks before COMMIT arrives.</summary>
    CutBeforeCommit,

    /// <summary>The connection breaks in COMMIT, which goes through later.</summary>
    CutInCommit,

    /// <summary>The connection breaks in a call that commits nothing.</summary>
    CutElsewhere,

    /// <summary>Calls take longer, some much, so that they pass each other.</summary>
    Delay,

    /// <summary>A node makes no step for a while, maybe past its lease.</summary>
    Freeze,

    /// <summary>A node dies and is started again.</summary>
    Crash,

    /// <summary>A node dies while its COMMIT is under way.</summary>
    CrashInCommit,

    /// <summary>A node's clock is stepped.</summary>
    NodeClock,

    /// <summary>The database's clock is stepped.</summary>
    DatabaseClock,

    /// <summary>Serialisation failures.</summary>
    Serialisation,

    /// <summary>The store has no room left for a while.</summary>
    StoreFull,

    /// <summary>Nobody reaches the store for a while.</summary>
    StoreAway,

    /// <summary>A node is stopped in good order and started again.</summary>
    Drain,
}
