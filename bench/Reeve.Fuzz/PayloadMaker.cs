using System.Text;

namespace Reeve.Fuzz;

/// <summary>Makes inputs of exceptions: what sources send, spoilt in the values, in the envelope, in the bytes.</summary>
public static class PayloadMaker
{
    private static readonly string[] Names =
    [
        "exceptionId", "tenantId", "sourceSystem", "exceptionType", "severity", "timestamp", "rawPayload", "normalizedContext", "detectedRules", "suggestedActions",
        "resolutionStatus", "auditTrail", "currentPlaybookId", "currentStep", "owner", "amount", "currency", "externalId", "pipelineId", "domain", "scans", "kind",
        "policy_tags", "sla_deadline", "entity", "reportedSeverity", "parcel", "hoursLate", "exception_type", "raw_payload",
    ];

    /// <summary>One input: an array, an object or JSON Lines.</summary>
    public static byte[] Make(Dice dice, IReadOnlyList<string> items)
    {
        int count = dice.Percent(60) ? 1 : dice.Between(2, 6);
        string[] texts = [.. Enumerable.Range(0, count).Select(_ => Item(dice, dice.Pick(items)))];
        string text = dice.Below(4) switch
        {
            0 => $"[{string.Join(dice.Percent(95) ? ",\n" : "\n", texts)}]",
            _ => string.Join(dice.Percent(80) ? "\n" : "\r\n\r\n", texts),
        };
        byte[] bytes = Spoiling.Dressed(dice, text);
        return dice.Percent(25) ? Spoiling.Bytes(dice, bytes) : bytes;
    }

    private static string Item(Dice dice, string item)
    {
        if (dice.Percent(2))
        {
            return $"{{\"exceptionType\":\"DELAYED\",\"rawPayload\":{{\"parcel\":\"{new string('x', dice.Pick([1_000, 1_048_000, 1_048_576, 1_300_000]))}\"}}}}";
        }

        Tree tree = Tree.Parse(item);
        if (dice.Percent(90))
        {
            Spoiling.Nodes(dice, tree, Names, static (dice, _) => Hostile.Value(dice), dice.Small(10));
        }

        if (dice.Percent(5))
        {
            tree = Envelope(dice);
        }

        return tree.ToJson();
    }

    private static Tree Envelope(Dice dice)
    {
        StringBuilder text = new("{\"rawPayload\": {\"parcel\": \"P\"}");
        for (int members = dice.Between(0, 12); members > 0; members--)
        {
            text.Append(", ").Append(Tree.Quote(dice.Pick(Names) + (dice.Percent(10) ? "x" : ""))).Append(": ").Append(dice.Percent(50) ? "\"LOST\"" : "1");
        }

        // A name may come twice, which no parser of ours accepts: put together as a scalar.
        Tree tree = Tree.Scalar(text.Append('}').ToString());
        return tree;
    }
}
