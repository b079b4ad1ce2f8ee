using Reeve.Core.Decisions;
using Reeve.Core.Errors;
using Reeve.Core.Values;
using Reeve.Server.Problems;

namespace Reeve.Server.Api.Ingesting;

/// <summary>Counts what became of the items of one ingestion, and keeps what its answer needs. Not thread-safe.</summary>
/// <param name="most">How many errors are kept; the others are counted.</param>
internal sealed class Tally(int most)
{
    private readonly List<ProblemField> errors = [];
    private bool allForeign = true;
    private bool allUnreadable = true;
    private ReeveError? first;
    private bool sameCode = true;
    private long omitted;

    /// <summary>Whether an item was refused for what may pass.</summary>
    internal bool MayPass { get; private set; }

    internal long Items { get; private set; }

    internal long Accepted { get; private set; }

    internal long Repeated { get; private set; }

    internal long Refused => Items - Accepted;

    /// <summary>The answer when something was accepted.</summary>
    /// <param name="ids">The id of each item; null for a stream.</param>
    /// <param name="import">The id of the import; null for a document that was sent without a key.</param>
    internal IngestionAnswer Answer(IReadOnlyList<string?>? ids, string? import) => new()
    {
        ExceptionId = ids?.FirstOrDefault(id => id is not null),
        ExceptionIds = ids,
        Status = "accepted",
        Errors = [.. errors.Select(IngestionError.Of)],
        ErrorsOmitted = omitted,
        Items = Items,
        Accepted = Accepted,
        Repeated = Repeated,
        Refused = Refused,
        ImportId = import,
    };

    /// <summary>Adds the next item.</summary>
    internal void Add(ExceptionResult result)
    {
        if (result.Status is not null)
        {
            Accepted++;
            Repeated += result.IsRepeat ? 1 : 0;
        }
        else
        {
            foreach (ReeveError error in result.Errors)
            {
                Note(error);
            }
        }

        Items++;
    }

    /// <summary>
    /// Why nothing was accepted: 403 when every item is another tenant's, 400 when none could be read at all, else 422 (EX-API-1).
    /// </summary>
    internal Problem Refusal()
    {
        ErrorCode kind = sameCode && first is { } only ? only.Kind : ErrorCatalogue.Http.NothingAccepted;
        return new Problem
        {
            Kind = kind,
            Status = allForeign ? 403 : allUnreadable ? 400 : 422,
            Detail = Items == 1 && first is { } reason ? reason.Message : $"{Items} items, none of which was accepted.",
            NextStep = first is { } one && sameCode ? one.NextStep : "",
            Fields = errors,
            Members = [("errorsOmitted", Value.Of(omitted))],
        };
    }

    private void Note(ReeveError error)
    {
        MayPass |= error.IsTransient;
        allForeign &= error.Kind == ErrorCatalogue.Intake.OtherTenant;
        allUnreadable &= error.Code.StartsWith("INPUT-", StringComparison.Ordinal);
        sameCode &= first is null || first.Kind == error.Kind;
        first ??= error;
        if (errors.Count < most)
        {
            errors.Add(new ProblemField(error, Items <= int.MaxValue ? (int)Items : null));
        }
        else
        {
            omitted++;
        }
    }
}
