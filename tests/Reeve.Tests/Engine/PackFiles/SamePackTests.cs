using System.Globalization;
using System.Text;
using Reeve.Commands.Cel;
using Reeve.Commands.PackVerbs;
using Reeve.Core.Documents;
using Reeve.Core.PackDocuments;
using Reeve.Core.Packs;
using Reeve.Core.Policies;
using Reeve.Core.Values;
using Reeve.Engine.PackFiles;
using Reeve.Tests.Architecture;
using Reeve.Tests.PackDocuments;

namespace Reeve.Tests.PackFiles;

public sealed class SamePackTests
{
    [Theory]
    [InlineData(PackTexts.Domain)]
    [InlineData(PackTexts.Tenant)]
    public void JSON_and_YAML_of_the_same_content_have_the_same_content(string json)
    {
        Value fromJson = PackTexts.Json(json).Root;
        StringBuilder block = new();
        WriteBlock(block, fromJson, 0);

        Value asFlow = PackFileReader.Parse(Encoding.UTF8.GetBytes(json), "a.yaml").Root;
        Value asBlock = PackFileReader.Parse(Encoding.UTF8.GetBytes(block.ToString()), "a.yaml").Root;

        asFlow.ShouldBe(fromJson);
        asBlock.ShouldBe(fromJson);
        ContentHash.Of(asBlock).ShouldBe(ContentHash.Of(fromJson));
    }

    [Fact]
    public void JSON_and_YAML_give_the_same_pack()
    {
        StringBuilder block = new();
        WriteBlock(block, PackTexts.Json(PackTexts.Domain).Root, 0);

        DomainPack pack = DomainPackReader.Read(PackFileReader.Parse(Encoding.UTF8.GetBytes(block.ToString()), "a.yaml")).OrThrow();

        pack.ContentHash.ShouldBe(PackTexts.DomainPack().ContentHash);
        pack.SeverityRules.Select(rule => rule.Id).ShouldBe(PackTexts.DomainPack().SeverityRules.Select(rule => rule.Id));
    }

    [Fact]
    public void The_sample_packs_load_unchanged()
    {
        string folder = Path.Combine(Environment.GetEnvironmentVariable("REEVE_SHARED") ?? Path.Combine(SourceTree.Root, "..", "shared"), "data", "packs");
        Assert.SkipUnless(Directory.Exists(folder), "The shared samples are not beside the repository.");

        DomainPack domain = DomainPackReader.Read(PackFileReader.Read(Path.Combine(folder, "finance.sample.json"))).OrThrow();
        var policy = TenantPolicyReader.Read(PackFileReader.Read(Path.Combine(folder, "tenant_finance.sample.json"))).OrThrow();
        PackReading<BoundPolicy> bound = PolicyBinder.Bind(domain, policy);

        PackTexts.Describe(bound.Errors).ShouldBe("");
        bound.OrThrow().ApprovedProcesses.Count.ShouldBe(5);
        bound.Pack!.Tools.Count.ShouldBe(13);
    }

    // Plain where YAML allows it, so that scalars are resolved, not only unquoted.
    private static void WriteBlock(StringBuilder text, Value value, int indent)
    {
        string pad = new(' ', indent);
        switch (value.Kind)
        {
            case ValueKind.Map when value.AsMap().Count > 0:
                text.Append('\n');
                for (int i = 0; i < value.AsMap().Count; i++)
                {
                    text.Append(CultureInfo.InvariantCulture, $"{pad}{value.AsMap().KeyAt(i).AsString()}:");
                    WriteBlock(text, value.AsMap().ValueAt(i), indent + 2);
                }

                break;
            case ValueKind.List when value.AsList().Count > 0:
                text.Append('\n');
                foreach (Value item in value.AsList().Items.ToArray())
                {
                    text.Append(CultureInfo.InvariantCulture, $"{pad}-");
                    WriteBlock(text, item, indent + 2);
                }

                break;
            case ValueKind.String when value.AsString().All(c => char.IsAsciiLetter(c) || c == '_'):
                text.Append(CultureInfo.InvariantCulture, $" {value.AsString()}\n");
                break;
            default:
                text.Append(CultureInfo.InvariantCulture, $" {JsonText.ToText(value)}\n");
                break;
        }
    }
}
