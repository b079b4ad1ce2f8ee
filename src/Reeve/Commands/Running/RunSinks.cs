using Reeve.Commands.Artefacts;
using Reeve.Core.Decisions;
using Reeve.Core.Errors;
using Reeve.Core.Policies;
using Reeve.Core.Records;

namespace Reeve.Commands.Running;

/// <summary>Where the results of <c>reeve run</c> go, each as it comes.</summary>
internal sealed class RunSinks : IAsyncDisposable
{
    private readonly CommandContext context;
    private readonly BoundPolicy policy;
    private readonly OutputFormat format;
    private readonly FileStream? file;
    private readonly FileStream? decisions;
    private readonly Stream? stdout;
    private readonly RunTable? table;
    private RunResultWriter? fileWriter;
    private RunResultWriter? stdoutWriter;
    private bool isClosed;
    private bool hasFailed;

    private RunSinks(CommandContext context, RunArguments arguments, BoundPolicy policy)
    {
        this.context = context;
        this.policy = policy;
        format = arguments.Format;
        KeepApart(context, arguments);
        file = Create(context, arguments.Output, "--output");
        decisions = Create(context, arguments.Decisions, "--decisions");
        stdout = format == OutputFormat.Table ? null : new BufferedStream(Terminal.OutputStream(context), 64 * 1024);
        table = format == OutputFormat.Table ? new RunTable(context.Output) : null;
    }

    internal RunSummary Summary { get; } = new();

    internal static RunSinks Open(CommandContext context, RunArguments arguments, BoundPolicy policy) => new(context, arguments, policy);

    internal void Begin(RunId run) => Write((Sinks: this, Run: run), static state => state.Sinks.WriteHeads(state.Run));

    internal void Add(ExceptionResult result)
    {
        Summary.Count(result);
        Write((Sinks: this, Result: result), static state => state.Sinks.WriteResult(state.Result));
    }

    internal void Finish()
    {
        Close();
        Summary.Print(context.Error);
    }

    /// <summary>Ends every document, so that a run which was stopped leaves whole ones that hold what it decided.</summary>
    public async ValueTask DisposeAsync()
    {
        Close();
        foreach (FileStream? written in new[] { file, decisions })
        {
            try
            {
                await (written?.DisposeAsync() ?? ValueTask.CompletedTask);
            }
            catch (IOException) when (hasFailed)
            {
                // It was told already; a stream writes what it holds once more when it is closed.
            }
        }
    }

    private void Close()
    {
        if (isClosed)
        {
            return;
        }

        isClosed = true;
        Write(this, static sinks => sinks.WriteEnds());
    }

    private void WriteHeads(RunId run)
    {
        fileWriter = file is null ? null : new RunResultWriter(file, policy.TenantId, run);
        stdoutWriter = format == OutputFormat.Json ? new RunResultWriter(stdout!, policy.TenantId, run) : null;
    }

    private void WriteResult(ExceptionResult result)
    {
        fileWriter?.Add(result);
        stdoutWriter?.Add(result);
        table?.Add(result);
        if (format == OutputFormat.Jsonl)
        {
            stdout!.Write(RunResultWriter.Line(result));
            stdout.WriteByte((byte)'\n');
        }

        if (decisions is not null && result.Decided is { } decided)
        {
            decisions.Write(DecisionDocument.Render(decided, policy.Domain.ContentHash, policy.Policy.ContentHash));
            decisions.WriteByte((byte)'\n');
        }
    }

    private void WriteEnds()
    {
        fileWriter?.Dispose();
        file?.Flush();
        decisions?.Flush();
        stdoutWriter?.Dispose();
        if (stdoutWriter is not null)
        {
            stdout!.WriteByte((byte)'\n');
        }

        stdout?.Flush();
        table?.Finish();
    }

    // A full disk, or a pipe whose reader went away. Documents are not ended then: that would fail again.
    private void Write<T>(T state, Action<T> write)
    {
        try
        {
            write(state);
        }
        catch (IOException failure)
        {
            isClosed = true;
            hasFailed = true;
            throw new ReeveException(new ReeveError(ErrorCatalogue.Input.FileUnwritable, $"The results cannot be written: {failure.Message}"), failure);
        }
    }

    // Opening a file to write it empties it, so a name given twice would cost the pack or the input before it is read.
    private static void KeepApart(CommandContext context, RunArguments arguments)
    {
        (string Option, string? Path)[] files =
        [
            ("--domain-pack", arguments.Domain), ("--tenant-policy", arguments.Policy), ("--input", arguments.Input == "-" ? null : arguments.Input),
            ("--output", arguments.Output), ("--decisions", arguments.Decisions),
        ];
        for (int written = 3; written < files.Length; written++)
        {
            for (int other = 0; other < written; other++)
            {
                if (files[written].Path is { } path && files[other].Path is { } taken && IsSameFile(context.FullPathOf(path), context.FullPathOf(taken)))
                {
                    throw new ReeveException(new ReeveError(
                        ErrorCatalogue.Input.FileUnwritable, $"'{path}' is the file of {files[other].Option}, too.", files[written].Option, nextStep: "Name another file."));
                }
            }
        }
    }

    // Devices, such as /dev/null, may be named twice.
    private static bool IsSameFile(string left, string right)
    {
        string first = Final(left);
        return string.Equals(first, Final(right), StringComparison.Ordinal) && !first.StartsWith("/dev/", StringComparison.Ordinal);
    }

    private static string Final(string full) => File.Exists(full) ? File.ResolveLinkTarget(full, returnFinalTarget: true)?.FullName ?? full : full;

    private static FileStream? Create(CommandContext context, string? path, string option) =>
        path is null ? null : PrivateFile.Create(context.PathOf(path), option);
}
