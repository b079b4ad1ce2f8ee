using System.CommandLine;
using Reeve.Core.Decisions;
using Reeve.Core.Errors;
using Reeve.Core.Policies;
using Reeve.Core.Records;

namespace Reeve.Commands.Running;

/// <summary>Where the results of <c>reeve run</c> go, each as it comes.</summary>
internal sealed class RunSinks : IAsyncDisposable
{
    private readonly ParseResult call;
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

    private RunSinks(ParseResult call, RunArguments arguments, BoundPolicy policy)
    {
        this.call = call;
        this.policy = policy;
        format = arguments.Format;
        KeepApart(arguments);
        file = Create(arguments.Output, "--output");
        decisions = Create(arguments.Decisions, "--decisions");
        stdout = format == OutputFormat.Table ? null : new BufferedStream(Terminal.OutputStream(call), 64 * 1024);
        table = format == OutputFormat.Table ? new RunTable(call.InvocationConfiguration.Output) : null;
    }

    internal RunSummary Summary { get; } = new();

    internal static RunSinks Open(ParseResult call, RunArguments arguments, BoundPolicy policy) => new(call, arguments, policy);

    internal void Begin(RunId run) => Write((Sinks: this, Run: run), static state => state.Sinks.WriteHeads(state.Run));

    internal void Add(ExceptionResult result)
    {
        Summary.Count(result);
        Write((Sinks: this, Result: result), static state => state.Sinks.WriteResult(state.Result));
    }

    internal void Finish()
    {
        Close();
        Summary.Print(call.InvocationConfiguration.Error);
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

        if (decisions is not null)
        {
            decisions.Write(DecisionDocument.Render(result, policy.Domain.ContentHash, policy.Policy.ContentHash));
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
    private static void KeepApart(RunArguments arguments)
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
                if (files[written].Path is { } path && files[other].Path is { } taken && IsSameFile(path, taken))
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

    private static string Final(string path)
    {
        string full = Path.GetFullPath(path);
        return File.Exists(full) ? File.ResolveLinkTarget(full, returnFinalTarget: true)?.FullName ?? full : full;
    }

    private static FileStream? Create(string? path, string option)
    {
        if (path is null)
        {
            return null;
        }

        try
        {
            return new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, 64 * 1024);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new ReeveException(new ReeveError(ErrorCatalogue.Input.FileUnwritable, $"'{path}': {failure.Message}", option), failure);
        }
    }
}

/// <summary>Counts what a run came to.</summary>
internal sealed class RunSummary
{
    private readonly int[] byStatus = new int[Enum.GetValues<ResolutionStatus>().Length];
    private readonly int[] byActionability = new int[Enum.GetValues<Actionability>().Length];
    private int repeated;
    private readonly HashSet<ExceptionId> projectedResolved = [];

    internal int Total { get; private set; }

    internal int Refused { get; private set; }

    internal int Accepted => Total - Refused;

    internal void Count(ExceptionResult result)
    {
        Total++;
        if (result.Status is not { } status)
        {
            Refused++;
            return;
        }

        if (result.IsRepeat)
        {
            // What its source closed was not resolved by us.
            _ = status == ResolutionStatus.Resolved && projectedResolved.Remove(result.ExceptionId!.Value);
            repeated++;
            return;
        }

        byStatus[(int)status]++;
        if (result.Of(Stage.Policy)?.Details is StageDetails.Policy policy)
        {
            byActionability[(int)policy.Actionability]++;
        }

        if (status == ResolutionStatus.InProgress && result.Of(Stage.Resolution)?.Details is StageDetails.Resolution { ProjectedStatus: ResolutionStatus.Resolved })
        {
            projectedResolved.Add(result.ExceptionId!.Value);
        }
    }

    internal void Print(TextWriter output)
    {
        int decided = Accepted - repeated;
        output.WriteLine($"{Total} items: {decided} decided, {repeated} repeated, {Refused} refused. Mode shadow: nothing was called.");
        if (decided == 0)
        {
            return;
        }

        output.WriteLine($"  status         {Line<ResolutionStatus>(byStatus)}; {projectedResolved.Count} would be RESOLVED automatically");
        output.WriteLine($"  actionability  {Line<Actionability>(byActionability)} ({byActionability[0] * 100.0 / decided:0} % with an approved process)");
    }

    private static string Line<T>(int[] counts)
        where T : struct, Enum => string.Join(", ", Wire.All<T>().Select((name, i) => (name, count: counts[i])).Where(part => part.count > 0).Select(part => $"{part.count} {part.name}"));
}
