using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Microsoft.Extensions.Logging;
using Reeve.Core.Errors;
using Reeve.Core.Packs;
using Reeve.Core.Values;

namespace Reeve.Engine.Tools.Kinds.CommandTools;

/// <summary>
/// Tools that are programs of this machine: one of a folder that the configuration names, with a list of arguments and no shell, in a folder of its own, with limits. Without that folder in the
/// configuration none is run. Thread-safe.
/// </summary>
public sealed class CommandTool : IToolKind
{
    // Of each output, as it is recorded when the program refused.
    private const int LongestWords = 4_000;

    private readonly CommandOptions options;
    private readonly Launcher launcher;
    private readonly TimeProvider clock;
    private readonly ILogger logger;

    /// <summary>Looks for what this machine has to hold programs to their limits.</summary>
    /// <param name="options">What may be run.</param>
    /// <param name="clock">What limits of time are measured by.</param>
    /// <param name="logger">Where it is said what programs leave behind.</param>
    public CommandTool(CommandOptions options, TimeProvider clock, ILogger logger)
    {
        this.options = options;
        launcher = new Launcher(options);
        this.clock = clock;
        this.logger = logger;
    }

    /// <inheritdoc/>
    public IReadOnlyList<ToolType> Types { get; } = [ToolType.Command];

    /// <inheritdoc/>
    public IReadOnlyList<ReeveError> Problems(ToolDefinition tool)
    {
        DefinitionProblems problems = new(tool);
        CommandDefinition.Read(tool, options, launcher, problems);
        return problems.All;
    }

    /// <inheritdoc/>
    public string Target(ToolDefinition tool, ObjectMap arguments) => Read(tool).Program;

    /// <inheritdoc/>
    public async ValueTask<AttemptResult> TryAsync(Attempt attempt, CancellationToken cancellationToken)
    {
        CommandDefinition command = Read(attempt.Tool);
        IReadOnlyList<string> arguments = command.Arguments(attempt.Arguments, out ReeveError? error);
        error ??= ProgramFile.Problem(command.Program);
        if (error is not null)
        {
            return new AttemptResult.NotRun(error, RetryAfter: null);
        }

        try
        {
            using SandboxFolder folder = new(command.WorkFolder, logger);
            ProcessStartInfo start = launcher.Start(command, arguments, folder.Work, attempt.IdempotencyKey);
            byte[] input = JsonText.ToUtf8(Value.Of(attempt.Arguments));
            return await attempt.BeforeSending(cancellationToken) is { } kept
                ? new AttemptResult.NotRun(kept, RetryAfter: null)
                : await RunAsync(start, input, command, attempt, cancellationToken);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // The streams of a program that runs throw none of these from here.
            return NotStarted("A folder for the program could not be made");
        }
    }

    private async Task<AttemptResult> RunAsync(ProcessStartInfo start, byte[] input, CommandDefinition command, Attempt attempt, CancellationToken cancellationToken)
    {
        Process? process;
        try
        {
            OpenFiles.KeepToOurselves();
            process = Process.Start(start);
        }
        catch (Exception fault) when (fault is Win32Exception or IOException)
        {
            return NotStarted("The program could not be started");
        }

        using (process)
        {
            if (process is null)
            {
                return NotStarted("The program could not be started");
            }

            using ProgramRun run = new(attempt.IdempotencyKey, command.Output, clock);
            ProgramEnd end = await run.FinishAsync(process, input, command.Time, cancellationToken);
            if (run.LeftRunning > 0)
            {
                Log.SurvivorsEnded(logger, attempt.IdempotencyKey, run.LeftRunning);
            }

            return Judge(end, command, attempt.Tool);
        }
    }

    private static AttemptResult Judge(ProgramEnd end, CommandDefinition command, ToolDefinition tool) => end switch
    {
        { ExitCode: null, IsTooLong: true } =>
            new AttemptResult.Unclear(new ReeveError(ErrorCatalogue.Tools.BadOutput, $"The program wrote far more than {command.Output / 1024} KiB and was killed.", "/command/limits/outputKb")),
        { ExitCode: null } =>
            new AttemptResult.Unclear(new ReeveError(ErrorCatalogue.Tools.TimedOut, $"The program did not end within {command.Time.TotalSeconds:0.###} s and was killed.", "/command/limits/seconds")),
        { ExitCode: 0, IsTooLong: true } =>
            new AttemptResult.Useless(new ReeveError(ErrorCatalogue.Tools.BadOutput, $"The program wrote more than {command.Output / 1024} KiB.", "/command/limits/outputKb")),
        { ExitCode: 0 } => Read(end.Output, tool),
        { ExitCode: { } code } when command.RefusedExitCodes.Contains(code) =>
            new AttemptResult.Refused(new ReeveError(ErrorCatalogue.Tools.CommandFailed, $"The program refused with exit code {code}."), Words(end)),
        { ExitCode: { } code } =>
            new AttemptResult.Unclear(new ReeveError(
                ErrorCatalogue.Tools.CommandFailed, $"The program failed with exit code {code}, which does not say whether it did anything.",
                nextStep: "Look at what it did. A code that means that nothing was done belongs into the tool's command.refusedExitCodes.")),
    };

    private static AttemptResult Read(byte[] output, ToolDefinition tool)
    {
        if (tool.OutputSchema is null)
        {
            return new AttemptResult.Answered(Value.Of(Text(output).TrimEnd('\r', '\n')));
        }

        try
        {
            return new AttemptResult.Answered(JsonText.Parse(output, JsonLimits.Default));
        }
        catch (ReeveException fault)
        {
            // Its code alone: the rest could repeat what the program wrote.
            return new AttemptResult.Useless(new ReeveError(ErrorCatalogue.Tools.BadOutput, $"The program's output is not the JSON that the tool declares ({fault.Error.Code})."));
        }
    }

    private static Value Words(ProgramEnd end) => Value.Of(ObjectMap.Of(
        ("exitCode", Value.Of((long)end.ExitCode!.Value)), // not null: asked before
        ("stdout", Value.Of(Cut(Text(end.Output)))),
        ("stderr", Value.Of(Cut(Text(end.Errors))))));

    // Databases cannot store U+0000 as text.
    private static string Text(byte[] bytes) => Encoding.UTF8.GetString(bytes).Replace('\0', '\uFFFD');

    private static string Cut(string text) => text.Length <= LongestWords ? text : text[..(char.IsHighSurrogate(text[LongestWords - 1]) ? LongestWords - 1 : LongestWords)];

    private static AttemptResult.NotRun NotStarted(string message) => new(new ReeveError(ErrorCatalogue.Tools.NotReached, $"{message}; nothing was run."), RetryAfter: null);

    private CommandDefinition Read(ToolDefinition tool) => CommandDefinition.Read(tool, options, launcher, new DefinitionProblems(tool));
}
