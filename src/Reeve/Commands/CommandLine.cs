using System.CommandLine;
using System.CommandLine.Parsing;
using Microsoft.Extensions.Logging;
using Reeve.Commands.ApprovalVerbs;
using Reeve.Commands.Artefacts;
using Reeve.Commands.AuditVerbs;
using Reeve.Commands.Cel;
using Reeve.Commands.Examination;
using Reeve.Commands.ExceptionVerbs;
using Reeve.Commands.PackVerbs;
using Reeve.Commands.Places;
using Reeve.Commands.Running;
using Reeve.Commands.Safekeeping;
using Reeve.Commands.SecretVerbs;
using Reeve.Commands.Serving;
using Reeve.Commands.TenantVerbs;
using Reeve.Commands.ToolVerbs;
using Reeve.Core.Errors;
using Reeve.Core.Wording;

namespace Reeve.Commands;

/// <summary>The door of the command: every verb, and what happens to words that are none.</summary>
public static class CommandLine
{
    // What 'reeve' alone does.
    private static readonly string[] WithoutWords = ["serve", "--demo"];

    // Whoever is told to stop ends its documents and commits what it took; a server's own deadline is shorter.
    private static readonly TimeSpan LongestEnd = TimeSpan.FromSeconds(35);

    /// <summary>Every verb; where a server does the command for another process, those that use a store.</summary>
    public static RootCommand Build(CommandContext context)
    {
        RootCommand root = new("Reeve takes the operational exceptions of a business through intake, triage, policy, resolution and feedback.")
        {
            RunCommand.Build(context),
            ExceptionsCommand.Build(context),
            RunsCommand.Build(context),
            AuditCommand.Build(context),
            ExportCommand.Build(context),
            PacksCommand.Build(context),
            ToolsCommand.Build(context),
            ApprovalsCommand.Build(context),
            TenantsCommand.Build(context),
            KeysCommand.Build(context),
            SecretsCommand.Build(context),
            DbCommand.Build(context),
            BackupCommand.Build(context),
            RestoreCommand.Build(context),
            HoldCommand.Build(context),
            ResumeCommand.Build(context),
            DoctorCommand.Build(context),
        };
        if (context.Held is null)
        {
            root.Add(ServeCommand.Build(context));
            root.Add(ExprCommand.Build());
            root.Add(SchemaCommand.Build());
            root.Add(LogsCommand.Build());
            root.Add(OpenApiCommand.Build(context));
        }

        return Help.WithExamples(root);
    }

    /// <summary>Runs one command line and returns its exit code (EX-CLI-1).</summary>
    public static async Task<int> InvokeAsync(CommandContext context, CancellationToken cancellationToken)
    {
        ILogger logger = context.Loggers.CreateLogger("Reeve.Commands");

        // '@' stands in arguments of our own, and no word makes the process that does the command read a file beside them.
        ParseResult parsed = Build(context).Parse(context.Words.Count == 0 ? WithoutWords : context.Words, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0)
        {
            foreach (ParseError problem in parsed.Errors)
            {
                // Messages of the parser's own may list what it takes line by line.
                context.Error.WriteLine(Shown.Line(string.Join(' ', problem.Message.Split(['\r', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))));
            }

            context.Error.WriteLine("Run 'reeve --help', or 'reeve VERB --help', to see what there is.");
            return Terminal.Usage;
        }

        string command = parsed.CommandResult.Command.Name;
        CommandLog.Started(logger, command);
        InvocationConfiguration configuration = new()
        {
            EnableDefaultExceptionHandler = false,
            Output = context.Output,
            Error = context.Error,

            // What another process has done here ends by the token alone: signals are the server's.
            ProcessTerminationTimeout = context.Held is null ? LongestEnd : null,
        };
        int exitCode;
        try
        {
            exitCode = await parsed.InvokeAsync(configuration, cancellationToken);
        }
        catch (ReeveException fault)
        {
            exitCode = Terminal.Refuse(context.Error, Terminal.Errors(fault));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Files are guarded where they are opened; what is left is standard output: full, or closed by its reader or from the start.
            // The framework calls the last a path to which access is denied; only the exception within says what it is.
            exitCode = Terminal.Refuse(context.Error, [new ReeveError(ErrorCatalogue.Input.FileUnwritable, $"Standard output: {failure.GetBaseException().Message}")]);
        }
        catch (OperationCanceledException)
        {
            context.Error.WriteLine("Stopped.");
            exitCode = Terminal.Refused;
        }
        catch (Exception failure)
        {
            // The host: what nobody expected ends here, told in full to the log and in short to the person.
            CommandLog.Failed(logger, failure, command);
            exitCode = Terminal.Refuse(context.Error, [new ReeveError(ErrorCatalogue.Host.Unexpected, $"{command}: {failure.GetType().Name}.")]);
        }

        CommandLog.Ended(logger, command, exitCode);
        return exitCode;
    }
}
