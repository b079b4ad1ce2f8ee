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
    private readonly Stream? file;
    private readonly Stream? decisions;
    private readonly Stream? stdout;
    private readonly RunTable? table;
    private RunResultWriter? fileWriter;
    private RunResultWriter? stdoutWriter;

    private RunSinks(ParseResult call, RunArguments arguments, BoundPolicy policy)
    {
        this.call = call;
        this.policy = policy;
        format = arguments.Format;
        file = Create(arguments.Output, "--output");
        decisions = Create(arguments.Decisions, "--decisions");
        stdout = format == OutputFormat.Table ? null : new BufferedStream(Terminal.OutputStream(call), 64 * 1024);
        table = format == OutputFormat.Table ? new RunTable(call.InvocationConfiguration.Output) : null;
    }

    internal RunSummary Summary { get; } = new();

    internal static RunSinks Open(ParseResult call, RunArguments arguments, BoundPolicy policy) => new(call, arguments, policy);

    internal void Begin(RunId run)
    {
        fileWriter = file is null ? null : new RunResultWriter(file, policy.TenantId, run);
        stdoutWriter = format == OutputFormat.Json ? new RunResultWriter(stdout!, policy.TenantId, run) : null;
    }

    internal void Add(ExceptionResult result)
    {
        Summary.Count(result);
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

    internal void Finish()
    {
        fileWriter?.Dispose();
        stdoutWriter?.Dispose();
        if (stdoutWriter is not null)
        {
            stdout!.WriteByte((byte)'\n');
        }

        stdout?.Flush();
        table?.Finish();
        Summary.Print(call.InvocationConfiguration.Error);
    }

    public async ValueTask DisposeAsync()
    {
        if (file is not null)
        {
            await file.DisposeAsync();
        }

        if (decisions is not null)
        {
            await decisions.DisposeAsync();
        }
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
