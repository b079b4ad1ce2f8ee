using Reeve.Core.Records;

namespace Reeve.Core.Decisions;

/// <summary>
/// The canonical JSON of everything that was decided about one exception: what two runs of the same input under the same
/// packs must have in common, byte for byte. It leaves out generated ids, clock readings, durations and nodes.
/// </summary>
public static class DecisionDocument
{
    /// <summary>
    /// The version of the decision logic that runs record and replays use. It grows with every change that can alter a decision.
    /// </summary>
    public const int LogicVersion = 1;

    /// <summary>The document as UTF-8.</summary>
    /// <param name="result">What became of the exception.</param>
    /// <param name="domainHash">The content hash of the domain pack.</param>
    /// <param name="policyHash">The content hash of the tenant policy.</param>
    public static byte[] Render(ExceptionResult result, string domainHash, string policyHash) =>
        DecisionJson.Bytes((result, domainHash, policyHash), canonical: true, static (json, state) => json.Document(state.result, state.domainHash, state.policyHash));

    /// <summary>The canonical JSON of one decision, the body of its event.</summary>
    public static byte[] Render(AgentDecision decision) =>
        DecisionJson.Bytes(decision, canonical: true, static (json, state) => json.Decision(state));

    /// <summary>The JSON of one record with all its members, the body of the event that tells of its arrival.</summary>
    public static byte[] Render(ExceptionRecord record) =>
        DecisionJson.Bytes(record, canonical: false, static (json, state) => json.Record(state));

    /// <summary>The JSON of an error, the body of the event that tells of a failed stage.</summary>
    public static byte[] Render(Errors.ReeveError error) =>
        Values.JsonText.ToUtf8(Values.Value.Of(Values.ObjectMap.Of(
            ("code", Values.Value.Of(error.Code)), ("message", Values.Value.Of(error.Message)), ("pointer", Values.Value.Of(error.Subject)))));

    /// <summary>The JSON of a status, the body of the event that ends a pass.</summary>
    public static byte[] Render(ResolutionStatus status) =>
        Values.JsonText.ToUtf8(Values.Value.Of(Values.ObjectMap.Of(("resolutionStatus", Values.Value.Of(Wire.Name(status))))));
}
