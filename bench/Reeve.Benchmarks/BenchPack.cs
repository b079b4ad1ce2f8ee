using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Reeve.Core.Documents;
using Reeve.Core.PackDocuments;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Intake;
using Reeve.Engine.Pipeline;
using Reeve.Engine.Runtime;

namespace Reeve.Benchmarks;

/// <summary>A pack of everyday size and an exception of some 600 bytes.</summary>
internal static class BenchPack
{
    internal static readonly DateTimeOffset Now = new(2026, 11, 20, 9, 0, 0, TimeSpan.Zero);

    internal static readonly byte[] Raw = Encoding.UTF8.GetBytes("""
        {"exceptionId":"EX-000123","exceptionType":"DELAYED","sourceSystem":"hub-7","timestamp":"2026-11-20T08:55:12.123456Z",
         "rawPayload":{"parcel":"P-889123","hoursLate":48,"amount":1250.75,"currency":"EUR","region":"NORTH","customer":{"id":"C-17","tier":"gold"},
         "route":[{"hub":"A1","at":"2026-11-18T10:00:00Z"},{"hub":"B2","at":"2026-11-19T04:30:00Z"},{"hub":"C3","at":"2026-11-19T22:10:00Z"}],
         "attempts":2,"insured":true,"weightKg":3.25,"note":"left with neighbour, nobody answered"}}
        """);

    /// <summary>The domain pack.</summary>
    internal static string Domain()
    {
        string types = string.Join(",", Enumerable.Range(0, 12).Select(i => $"\"TYPE_{i}\":{{\"description\":\"Kind {i}.\",\"defaultSeverity\":\"LOW\"}}"));
        string rules = string.Join(",", Enumerable.Range(0, 16).Select(i => $"{{\"condition\":\"exceptionType == 'TYPE_{i}' && rawPayload.amount > {i * 1000}\",\"severity\":\"HIGH\"}}"));
        return $$$$"""
            {
              "domainName": "Parcels",
              "exceptionTypes": {"DELAYED": {"description": "It is late.", "defaultSeverity": "MEDIUM"}, {{{{types}}}}},
              "severityRules": [{{{{rules}}}},
                {"condition": "exceptionType == 'DELAYED' && hoursLate > 72", "severity": "HIGH"},
                {"condition": "exceptionType == 'DELAYED' && customer.tier == 'gold' && hoursLate > 96", "severity": "HIGH"},
                {"condition": "exceptionType == 'DELAYED' && region in ['NORTH', 'EAST']", "severity": "MEDIUM"},
                {"condition": "exceptionType == 'DELAYED' && insured && amount > 100000", "severity": "CRITICAL"}],
              "tools": {
                "locate": {"description": "Finds it.", "effect": "read", "parameters": {"parcel": {"type": "string", "required": true}}},
                "resend": {"description": "Sends another.", "parameters": {"parcel": {"type": "string", "required": true}, "region": {"type": "string"}}, "rollbackTool": "recall"},
                "recall": {"description": "Calls it back.", "parameters": {"parcel": {"type": "string", "required": true}}}
              },
              "playbooks": [
                {"playbookId": "hurry", "exceptionType": "DELAYED", "steps": [
                  {"stepId": "find", "action": "locate", "parameters": {"parcel": "{exception.raw_payload.parcel}"}},
                  {"stepId": "again", "action": "resend", "conditional": "hoursLate > 24", "parameters": {"parcel": "{exception.raw_payload.parcel}", "region": "{exception.raw_payload.region}"},
                   "rollback": {"tool": "recall", "parameters": {"parcel": "{exception.raw_payload.parcel}"}}},
                  {"stepId": "tell", "action": "notify", "parameters": {"channel": "log", "subject": "Parcel {exception.raw_payload.parcel}", "message": "It is late."}}]},
                {"playbookId": "wait", "exceptionType": "DELAYED", "priority": -1, "steps": [{"action": "locate", "parameters": {"parcel": "{exception.raw_payload.parcel}"}}]}
              ],
              "guardrails": {"humanApprovalThreshold": 0.6, "rules": [
                {"id": "dear", "condition": "amount > 1000000", "decision": "REQUIRE_APPROVAL"},
                {"id": "odd", "condition": "currency == 'XXX'", "decision": "BLOCK"}]}
            }
            """;
    }

    /// <summary>The policy pack of a tenant.</summary>
    internal static string Policy(string tenant) =>
        $$"""{"tenantId":"{{tenant}}","domainName":"Parcels","humanApprovalRules":[{"severity":"CRITICAL","requireApproval":true}],"routingRules":[{"condition":"region == 'NORTH'","assignGroup":"north"}]}""";

    internal static BoundPolicy Policy() =>
        PolicyBinder.Bind(DomainPackReader.Read(Json(Domain())).OrThrow(), TenantPolicyReader.Read(Json(Policy("NORTH"))).OrThrow()).OrThrow();

    internal static Document Json(string text) => DocumentReader.ReadJson(Encoding.UTF8.GetBytes(text), JsonLimits.Default);

    internal static ExceptionPipeline Pipeline() => new(new ThreadRuntime(TimeProvider.System), new SeededIds("bench"), new PipelineOptions(), NullLogger.Instance);

    internal static Arrival Arrival(BoundPolicy policy) =>
        ((IntakeOutcome.Accepted)new Normaliser(new SeededIds("bench")).Normalise(new RawItem(Raw, null), policy, Now)[0]).Arrival;

    internal static RecordActivation Scope(BoundPolicy policy)
    {
        RecordActivation scope = new(policy.Calendars);
        scope.Show(Arrival(policy).Record with { ExceptionType = new ExceptionTypeName("DELAYED") }, Now);
        return scope;
    }
}
