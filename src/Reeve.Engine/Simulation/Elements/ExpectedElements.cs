using Reeve.Core.PackDocuments.Fields;
using Reeve.Core.Packs;
using Reeve.Core.Values;

namespace Reeve.Engine.Simulation.Elements;

/// <summary>The guardrails that a case covers by expecting them, since no decision can cite them.</summary>
internal static class ExpectedElements
{
    internal static IEnumerable<PackElement> Of(TestCase test, ElementsInForce elements)
    {
        for (int i = 0; i < test.ExpectedOutput.Count; i++)
        {
            string name = test.ExpectedOutput.Keys[i];
            Value expected = test.ExpectedOutput.Values[i];
            IEnumerable<PackElement> found = Spelling.Same(name, ShownGuardrails.Field) ? Shown(expected, elements)
                : Spelling.Same(name, "maxAutoRetries") && !expected.IsNull ? elements.Named("maxAutoRetries")
                : [];
            foreach (PackElement element in found)
            {
                yield return element;
            }
        }
    }

    private static IEnumerable<PackElement> Shown(Value guardrails, ElementsInForce elements)
    {
        MapValue? map = guardrails.MapOrNull();
        for (int i = 0; i < (map?.Count ?? 0); i++)
        {
            string name = map!.KeyAt(i).AsString(); // not null: it has members
            Value expected = map.ValueAt(i);
            string? list = Spelling.Same(name, "allowLists") ? "allowLists" : Spelling.Same(name, "blockLists") ? "blockLists" : null;
            IEnumerable<PackElement> found = list is not null && ShownGuardrails.Named(expected) is { } named
                ? named.Tools.SelectMany(tool => elements.Named($"{list}.tools:{tool}")).Concat(named.Actions.SelectMany(action => elements.Named($"{list}.actions:{action}")))
                : Spelling.Same(name, "maxAutoRetries") && !expected.IsNull ? elements.Named("maxAutoRetries")
                : [];
            foreach (PackElement element in found)
            {
                yield return element;
            }
        }
    }
}
