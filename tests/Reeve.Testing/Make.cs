using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Reeve.Core.Decisions;
using Reeve.Core.Documents;
using Reeve.Core.PackDocuments;
using Reeve.Core.Packs;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Agents;
using Reeve.Engine.Intake;
using Reeve.Engine.Pipeline;
using Reeve.Engine.Runtime;

namespace Reeve.Testing;

/// <summary>Valid things, to be varied by the test that needs them otherwise.</summary>
public static class Make
{
    /// <summary>The time at which tests run.</summary>
    public static readonly DateTimeOffset Now = new(2026, 11, 20, 9, 0, 0, TimeSpan.Zero);

    /// <summary>A small domain: parcels that go astray.</summary>
    public const string Domain = """
        {
          "domainName": "Parcels",
          "exceptionTypes": {
            "DELAYED": {"description": "It is late.", "defaultSeverity": "MEDIUM", "detectionRules": [{"id": "late", "condition": "hoursLate > 0"}]},
            "LOST": {"description": "Nobody knows where it is."},
            "LOST_ABROAD": {"description": "It left the country.", "parentType": "LOST", "detectionRules": ["$.country"]},
            "SCANNED": {"description": "For information.", "actionable": false, "defaultSeverity": "LOW"}
          },
          "severityRules": [
            {"id": "very-late", "condition": "exceptionType == 'DELAYED' && hoursLate > 72", "severity": "HIGH", "priorityScore": 7},
            {"id": "lost", "condition": "exceptionType.startsWith('LOST')", "severity": "CRITICAL"}
          ],
          "tools": {
            "locate": {"description": "Finds it.", "effect": "read", "parameters": {"parcel": {"type": "string", "required": true}}},
            "resend": {"description": "Sends another.", "parameters": {"parcel": {"type": "string", "required": true}}, "rollbackTool": "recall"},
            "recall": {"description": "Calls it back.", "parameters": {"parcel": {"type": "string", "required": true}}},
            "refund": {"description": "Pays back.", "parameters": {"parcel": {"type": "string", "required": true}, "amount": {"type": "number", "required": true}}}
          },
          "playbooks": [
            {"playbookId": "hurry", "exceptionType": "DELAYED", "steps": [
              {"stepId": "find", "action": "locate", "parameters": {"parcel": "{exception.raw_payload.parcel}"}},
              {"stepId": "again", "action": "resend", "parameters": {"parcel": "{exception.raw_payload.parcel}"}, "conditional": "hoursLate > 24"}]},
            {"playbookId": "search", "exceptionType": "LOST", "steps": [
              {"stepId": "find", "action": "locate", "parameters": {"parcel": "{exception.raw_payload.parcel}"}}]}
          ],
          "guardrails": {"rules": [{"id": "dear", "condition": "amount > 1000000", "decision": "REQUIRE_APPROVAL", "reason": "It is dear."}]}
        }
        """;

    /// <summary>A policy of that domain that allows everything the pack does.</summary>
    public const string Policy = """{"tenantId": "NORTH", "domainName": "Parcels"}""";

    public static BoundPolicy Bound(string domain = Domain, string policy = Policy) =>
        PolicyBinder.Bind(ReadDomain(domain), ReadPolicy(policy)).OrThrow();

    public static DomainPack ReadDomain(string json) =>
        DomainPackReader.Read(DocumentReader.ReadJson(Encoding.UTF8.GetBytes(json), JsonLimits.Default, "domain")).OrThrow();

    public static TenantPolicy ReadPolicy(string json) =>
        TenantPolicyReader.Read(DocumentReader.ReadJson(Encoding.UTF8.GetBytes(json), JsonLimits.Default, "policy")).OrThrow();

    /// <summary>The test domain with one member replaced or added at the top.</summary>
    public static string With(string document, string member, string json)
    {
        ObjectMap map = (ObjectMap)JsonText.Parse(document).AsMap();
        return JsonText.ToText(Value.Of(map.With(member, JsonText.Parse(json))));
    }

    public static ExceptionPipeline Pipeline(
        PipelineOptions? options = null, IReadOnlyList<IPipelineHook>? hooks = null, IEvidenceSource? evidence = null,
        IEnumerable<IStageAgent>? agents = null, TimeProvider? clock = null, IRuntime? runtime = null) =>
        new(runtime ?? new ThreadRuntime(clock ?? new FakeTime(Now)), new SeededIds("test"), options ?? new PipelineOptions(), NullLogger.Instance, hooks, evidence, agents);

    public static RunContext Run(DateTimeOffset? now = null) => new(new RunId(new SeededIds("run").Next(now ?? Now)), now ?? Now);

    /// <summary>Runs raw JSON items and returns their outcomes.</summary>
    public static async Task<List<PassOutcome>> Decide(string input, BoundPolicy? policy = null, ExceptionPipeline? pipeline = null, RunContext? run = null)
    {
        List<PassOutcome> outcomes = [];
        await foreach (PassOutcome outcome in (pipeline ?? Pipeline()).RunAsync(
            BatchReader.ReadAsync(new MemoryStream(Encoding.UTF8.GetBytes(input)), lines: null, TestContext.Current.CancellationToken),
            policy ?? Bound(), run ?? Run(), TestContext.Current.CancellationToken))
        {
            outcomes.Add(outcome);
        }

        return outcomes;
    }

    /// <summary>Runs one raw JSON item.</summary>
    public static async Task<ExceptionResult> DecideOne(string input, BoundPolicy? policy = null, ExceptionPipeline? pipeline = null) =>
        (await Decide(input, policy, pipeline)).ShouldHaveSingleItem().Result;

    public static T Details<T>(this ExceptionResult result, Stage stage)
        where T : StageDetails => result.Of(stage).ShouldNotBeNull($"{stage} ran").Details.ShouldBeOfType<T>();

    public static StageDetails.Policy PolicyOf(this ExceptionResult result) => result.Details<StageDetails.Policy>(Stage.Policy);

    public static StageDetails.Triage TriageOf(this ExceptionResult result) => result.Details<StageDetails.Triage>(Stage.Triage);

    public static StageDetails.Resolution ResolutionOf(this ExceptionResult result) => result.Details<StageDetails.Resolution>(Stage.Resolution);
}
