using Reeve.Core.Errors;
using Reeve.Core.Values;

namespace Reeve.Core.Calls;

/// <summary>What became of a call; a closed set. Whatever it is, it is on record when it is given.</summary>
public abstract record ToolAnswer
{
    private ToolAnswer()
    {
    }

    /// <summary>The tool did it and answered as declared.</summary>
    /// <param name="Output">The answer; null of JSON when the tool gave none.</param>
    /// <param name="Execution">The execution, as recorded.</param>
    public sealed record Succeeded(Value Output, ToolExecution Execution) : ToolAnswer
    {
        /// <summary>
        /// Whether <see cref="Output"/> is what the tool answered. False when it comes from the record, and that keeps less: secrets hidden, cut at its limit, erased. Nothing may be sent on
        /// from it then.
        /// </summary>
        public bool IsExact { get; init; } = true;
    }

    /// <summary>Something stops effects for the time being (a hold, the mode, a slot that was not renewed): provably nothing was sent, nothing has ended, and the same call can be made again later.</summary>
    /// <param name="Error">What.</param>
    public sealed record KeptBack(ReeveError Error) : ToolAnswer;

    /// <summary>The call failed.</summary>
    /// <param name="Error">Why.</param>
    /// <param name="Happened">
    /// Whether its effect happened all the same, because the tool did it and answered what breaks its schema: then it is to be rolled back. Never true of a call that
    /// reads.
    /// </param>
    /// <param name="Execution">The execution, as recorded.</param>
    public sealed record Failed(ReeveError Error, bool Happened, ToolExecution Execution) : ToolAnswer;

    /// <summary>Nobody knows whether it happened: it is not repeated, not rolled back, and a person is asked (EX-TOOL-5).</summary>
    /// <param name="Error">Why nobody knows.</param>
    /// <param name="Execution">The execution, as recorded.</param>
    public sealed record Unknown(ReeveError Error, ToolExecution Execution) : ToolAnswer;

    /// <summary>The gate did not let it through; nothing was sent.</summary>
    /// <param name="Decision">Every check with its reason; its verdict is REQUIRE_APPROVAL or BLOCK.</param>
    /// <param name="Digest">What an approval of exactly this call would bind; null when it cannot be told, because the tool is not defined.</param>
    public sealed record Refused(GateDecision Decision, CallDigest? Digest) : ToolAnswer
    {
        /// <summary>The decisive refusal.</summary>
        public ReeveError Error => Decision.Decisive!.Error!; // not null: what refuses says why
    }

    /// <summary>A dry run: validated in full, nothing called.</summary>
    /// <param name="Answer"><c>{"dryRun": true, "output": …}</c>.</param>
    /// <param name="Decision">What the gate would have said; for a dry run nothing of it but a missing tool or bad arguments refuses.</param>
    public sealed record Dry(ObjectMap Answer, GateDecision Decision) : ToolAnswer;
}
