using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Reeve.Commands;

/// <summary>Help that begins with examples: what people look for first.</summary>
internal static class Help
{
    private static readonly (string Command, string Examples)[] Known =
    [
        ("reeve", """
              reeve run --domain-pack domain.yaml --tenant-policy policy.yaml --input exceptions.jsonl
              reeve packs validate domain.yaml policy.yaml
              reeve expr eval 'amount > 1000' --vars vars.json
            """),
        ("reeve run", """
              reeve run --domain-pack domain.yaml --tenant-policy policy.yaml --input exceptions.jsonl
              reeve run --domain-pack domain.json --tenant-policy policy.json --input exceptions.json -o json > result.json
              reeve run ... --as-of 2026-11-20T09:00:00Z --decisions decisions.jsonl    # repeats to the byte
              cat alerts.jsonl | reeve run --domain-pack ... --tenant-policy ... --input -
            """),
        ("reeve packs", """
              reeve packs validate domain.yaml policy.yaml     # every error, with file, line and next step
              reeve packs show domain.yaml policy.yaml         # what is in force after both are merged
              reeve packs test domain.yaml policy.yaml         # the pack's own test suites
            """),
        ("reeve packs validate", """
              reeve packs validate packs/*/domain.yaml packs/*/policy.*.yaml
              reeve packs validate policy.yaml -o jsonl        # its domain pack is looked for beside it
            """),
        ("reeve packs show", "  reeve packs show domain.yaml policy.yaml\n"),
        ("reeve packs test", """
              reeve packs test domain.yaml policy.yaml
              reeve packs test domain.json                     # with the policy that the pack alone implies
            """),
        ("reeve expr eval", """
              reeve expr eval '1 + 2 == 3'
              reeve expr eval 'amount > 1000 && region in ["N", "E"]' --vars vars.json --mode condition
            """),
        ("reeve expr test", "  reeve expr test --input cases.jsonl --report results.jsonl\n"),
        ("reeve schema test", "  reeve schema test --input cases.jsonl\n"),
        ("reeve schema validate", "  reeve schema validate --schema schema.json --input data.json\n"),
        ("reeve logs", "  reeve logs --level WARNING --component Engine -n 20\n"),
    ];

    /// <summary>Gives every command its examples.</summary>
    internal static RootCommand WithExamples(RootCommand root)
    {
        foreach (Option option in root.Options)
        {
            if (option is HelpOption { Action: HelpAction usual })
            {
                option.Action = new ExamplesFirst(usual);
            }
        }

        return root;
    }

    private static string? ExamplesOf(Command command)
    {
        string path = command is RootCommand ? "reeve" : command.Name;
        for (Command? parent = command.Parents.OfType<Command>().FirstOrDefault(); parent is not null; parent = parent.Parents.OfType<Command>().FirstOrDefault())
        {
            path = $"{(parent is RootCommand ? "reeve" : parent.Name)} {path}";
        }

        return Array.Find(Known, known => known.Command == path).Examples;
    }

    private sealed class ExamplesFirst(HelpAction usual) : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            if (ExamplesOf(parseResult.CommandResult.Command) is { } examples)
            {
                TextWriter output = parseResult.InvocationConfiguration.Output;
                output.WriteLine("Examples:");
                output.WriteLine(examples.TrimEnd());
                output.WriteLine();
            }

            return usual.Invoke(parseResult);
        }
    }
}
