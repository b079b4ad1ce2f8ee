using System.Text;
using System.Text.Json.Nodes;
using Reeve.Commands.Cel;
using Reeve.Commands.PackVerbs;
using Reeve.Core.Documents;
using Reeve.Core.Errors;
using Reeve.Core.PackDocuments;
using Reeve.Core.Packs;
using Reeve.Core.Policies;
using Reeve.Engine.PackFiles;
using Reeve.Tests.PackDocuments;

namespace Reeve.Tests.PackFiles;

public sealed class PackFuzzTests
{
    private const int Rounds = 5_000;
    private const int Seed = 20260102;

    private static readonly string[] Intruders =
    [
        "null", "true", "-1", "1e400", "\"\"", "\" \"", "\"x\"", "[]", "{}", "[[]]", "[null]", "{\"a\":null}", "\"$..[\"", "\"((((\"", "\"secret://x\"", "9007199254740993", "\"ORDER\"",
        "\"*\"", "\"string[][]\"", "{\"type\":\"object\",\"properties\":{\"a\":{\"$ref\":\"#\"}}}", "\"2bd@desk\"", "\"PB_BASE\"", "[\"PB_LOST\"]", "\"\\u0007{x}\"",
    ];

    [Fact]
    public void A_pack_with_pieces_out_of_place_is_read_or_refused()
    {
        Random random = new(Seed);
        DomainPack good = PackTexts.DomainPack();
        int refused = 0;
        for (int round = 0; round < Rounds; round++)
        {
            bool isDomain = random.Next(2) == 0;
            JsonNode root = JsonNode.Parse(isDomain ? PackTexts.Domain : PackTexts.Tenant)!;
            for (int changes = random.Next(1, 4); changes > 0; changes--)
            {
                Change(root, random);
            }

            refused += Read(Encoding.UTF8.GetBytes(root.ToJsonString()), random.Next(2) == 0 ? "x.json" : "x.yaml", good, $"seed {Seed}, round {round}");
        }

        refused.ShouldBeInRange(Rounds / 4, Rounds - 1);
    }

    [Fact]
    public void A_pack_with_broken_bytes_is_read_or_refused()
    {
        Random random = new(Seed + 1);
        DomainPack good = PackTexts.DomainPack();
        int refused = 0;
        for (int round = 0; round < Rounds; round++)
        {
            List<byte> text = [.. Encoding.UTF8.GetBytes(random.Next(2) == 0 ? PackTexts.Domain : PackTexts.Tenant)];
            for (int changes = random.Next(1, 6); changes > 0; changes--)
            {
                int at = random.Next(text.Count);
                switch (random.Next(4))
                {
                    case 0: text[at] = (byte)random.Next(256); break;
                    case 1: text.RemoveRange(at, Math.Min(random.Next(1, 40), text.Count - at)); break;
                    case 2: text.InsertRange(at, text.GetRange(at, Math.Min(random.Next(1, 60), text.Count - at))); break;
                    default: text.Insert(at, (byte)"{}[]:,\"'&*!|>%@#-\n"[random.Next(18)]); break;
                }
            }

            refused += Read([.. text], random.Next(2) == 0 ? "x.json" : "x.yaml", good, $"seed {Seed + 1}, round {round}");
        }

        refused.ShouldBeGreaterThan(Rounds / 2);
    }

    // 1 when refused. Anything but a coded error fails the test, with what it takes to see it again.
    private static int Read(byte[] text, string name, DomainPack good, string round)
    {
        try
        {
            Document document = PackFileReader.Parse(text, name);
            if (PackKinds.Of(document) == PackKind.Domain)
            {
                PackReading<DomainPack> domain = DomainPackReader.Read(document);
                bool placed = domain.Errors.All(error => error.Position is not null && error.NextStep.Length > 0);
                return !placed ? throw new InvalidOperationException("An error has no place.") : domain.IsValid ? 0 : 1;
            }

            PackReading<TenantPolicy> policy = TenantPolicyReader.Read(document);
            return policy.IsValid && PolicyBinder.Bind(good, policy.Pack!).IsValid ? 0 : 1;
        }
        catch (ReeveException)
        {
            return 1;
        }
        catch (Exception fault)
        {
            throw new InvalidOperationException($"{round}: {fault.GetType().Name} over {Encoding.UTF8.GetString(text)}", fault);
        }
    }

    private static void Change(JsonNode root, Random random)
    {
        List<JsonNode> nodes = [];
        Collect(root, nodes);
        JsonNode parent = nodes[random.Next(nodes.Count)];
        if (parent is JsonObject map && map.Count > 0)
        {
            string key = map.ElementAt(random.Next(map.Count)).Key;
            switch (random.Next(4))
            {
                case 0: map.Remove(key); break;
                case 1: map[key] = JsonNode.Parse(Intruders[random.Next(Intruders.Length)]); break;
                case 2: map[key] = nodes[random.Next(nodes.Count)].DeepClone(); break;
                default: map["x" + random.Next(3)] = map[key]?.DeepClone(); break;
            }
        }
        else if (parent is JsonArray list)
        {
            switch (random.Next(3))
            {
                case 0 when list.Count > 0: list.RemoveAt(random.Next(list.Count)); break;
                case 1 when list.Count > 0: list.Add(list[random.Next(list.Count)]?.DeepClone()); break;
                default: list.Add(JsonNode.Parse(Intruders[random.Next(Intruders.Length)])); break;
            }
        }
    }

    private static void Collect(JsonNode node, List<JsonNode> nodes)
    {
        nodes.Add(node);
        IEnumerable<JsonNode?> children = node is JsonObject map ? map.Select(entry => entry.Value) : (JsonArray)node;
        foreach (JsonNode? child in children)
        {
            if (child is JsonObject or JsonArray)
            {
                Collect(child, nodes);
            }
        }
    }
}
