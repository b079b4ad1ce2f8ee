using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Reeve.Commands;

/// <summary>Help that begins with examples: what people look for first.</summary>
internal static class Help
{
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

        return HelpExamples.Of(path);
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
