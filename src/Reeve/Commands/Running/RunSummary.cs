using Reeve.Core.Decisions;
using Reeve.Core.Records;

namespace Reeve.Commands.Running;

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
