using System.CommandLine;
using System.CommandLine.Parsing;
using Microsoft.Extensions.Logging;
using Reeve.Commands.Cel;
using Reeve.Commands.PackVerbs;
using Reeve.Commands.Running;
using Reeve.Core.Errors;

namespace Reeve.Commands;

/// <summary>The door of the command: every verb, and what happens to words that are none.</summary>
public static class CommandLine
{
    /// <summary>Every verb.</summary>
    public static RootCommand Build(ILoggerFactory loggers) =>
        Help.WithExamples(new RootCommand("Reeve takes the operational exceptions of a business through intake, triage, policy, resolution and feedback.")
        {
            RunCommand.Build(loggers),
            PacksCommand.Build(loggers),
            ExprCommand.Build(),
            SchemaCommand.Build(),
            LogsCommand.Build(),
        });

    /// <summary>Runs one command line and returns its exit code (EX-CLI-1).</summary>
    public static async Task<int> InvokeAsync(string[] args, ILoggerFactory loggers, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        ILogger logger = loggers.CreateLogger("Reeve.Commands");
        ParseResult parsed = Build(loggers).Parse(args.Length == 0 ? ["--help"] : args);
        if (parsed.Errors.Count > 0)
        {
            foreach (ParseError problem in parsed.Errors)
            {
                error.WriteLine(Terminal.Clean(problem.Message));
            }

            error.WriteLine("Run 'reeve --help', or 'reeve VERB --help', to see what there is.");
            return Terminal.Usage;
        }

        string command = parsed.CommandResult.Command.Name;
        CommandLog.Started(logger, command);
        InvocationConfiguration configuration = new() { EnableDefaultExceptionHandler = false, Output = output, Error = error };
        int exitCode;
        try
        {
            exitCode = await parsed.InvokeAsync(configuration, cancellationToken);
        }
        catch (ReeveException fault)
        {
            exitCode = Terminal.Refuse(error, Terminal.Errors(fault));
        }
        catch (IOException failure)
        {
            // Files are guarded where they are opened; what is left is standard output: full, or closed by its reader.
            exitCode = Terminal.Refuse(error, [new ReeveError(ErrorCatalogue.Input.FileUnwritable, $"Standard output: {failure.Message}")]);
        }
        catch (OperationCanceledException)
        {
            error.WriteLine("Stopped.");
            exitCode = Terminal.Refused;
        }
        catch (Exception failure)
        {
            // The host: what nobody expected ends here, told in full to the log and in short to the person.
            CommandLog.Failed(logger, failure, command);
            exitCode = Terminal.Refuse(error, [new ReeveError(ErrorCatalogue.Host.Unexpected, $"{command}: {failure.GetType().Name}.")]);
        }

        CommandLog.Ended(logger, command, exitCode);
        return exitCode;
    }
}
