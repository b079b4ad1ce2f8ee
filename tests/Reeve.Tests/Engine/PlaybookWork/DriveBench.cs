using Microsoft.Extensions.Logging.Abstractions;
using Reeve.Core.Events;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.PlaybookWork;
using Reeve.Engine.Playbooks.Driving;
using Reeve.Engine.Runtime;
using Reeve.Testing.Gates;
using Reeve.Tests.Recording;

namespace Reeve.Tests.PlaybookWork;

/// <summary>A live tenant on a store in memory, a gate that does what a test says, and drivers over both; each driver is a process that a test may drop.</summary>
internal sealed class DriveBench
{
    internal DriveBench(string playbook, string policy = Make.Policy, AutomationMode mode = AutomationMode.Live)
    {
        Record = new RecordBench(Make.Bound(Make.With(Make.Domain, "playbooks", $"[{playbook}]"), policy));
        Record.Ports = Record.Ports with { Modes = new OneMode(mode) };
        Ports = new DrivePorts { Committer = Record.Store, Exceptions = Record.Store, Runs = Record.Store, Log = Record.Store, Packs = Record.Ports.Packs, Gate = Gate };
    }

    internal RecordBench Record { get; }

    internal ScriptedGate Gate { get; } = new();

    internal DrivePorts Ports { get; set; }

    internal static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>A playbook of steps for what is delayed.</summary>
    internal static string Playbook(string steps, string more = "") => $$"""{"playbookId": "hurry", "exceptionType": "DELAYED", "steps": [{{steps}}]{{more}}}""";

    /// <summary>A call of a tool with the parcel.</summary>
    internal static string Step(string id, string tool, string more = "") =>
        $$"""{"stepId": "{{id}}", "action": "{{tool}}", "parameters": {"parcel": "{exception.raw_payload.parcel}"}{{more}}}""";

    internal PlaybookDriver Driver() => new(Ports, new ThreadRuntime(Record.Clock), NullLogger.Instance, Record.Agents?.ToList());

    internal async Task<ExceptionRow> Ingest(string input = RecordBench.Delayed) => await Record.Row((await Record.Ingest(input)).Single().ExceptionId);

    internal async Task<ExceptionRow> Row(ExceptionRow before) => (await Record.Store.FindAsync(Record.Tenant, before.Key, Token)).ShouldNotBeNull();

    internal async Task<PlaybookRun> Run(ExceptionRow row) => (await Record.Store.FindAsync(Record.Tenant, row.PassId, Token)).ShouldNotBeNull();

    /// <summary>Drives the run of an exception as far as it goes.</summary>
    internal async Task<ExceptionRow> Drive(ExceptionRow row, CancellationToken? stopping = null)
    {
        await Driver().DriveAsync(await Run(row), stopping ?? CancellationToken.None, Token);
        return await Row(row);
    }

    /// <summary>Ingests and drives.</summary>
    internal async Task<ExceptionRow> IngestAndDrive() => await Drive(await Ingest());

    /// <summary>The parts as they are kept.</summary>
    internal async Task<List<string>> Parts(ExceptionRow row) =>
        [.. (await Record.Store.PartsAsync(Record.Tenant, row.PassId, Token)).Select(part => $"{part.Key} {Wire.Name(part.Status)}")];

    /// <summary>A person lets a run that waits go on.</summary>
    internal async Task Release(ExceptionRow row, params (PartKey Key, PartStatus Status)[] parts)
    {
        PlaybookRun run = await Run(row);
        PlaybookRun next = run.In(RunState.Ready, "", Record.Clock.GetUtcNow()) with { IsAssisted = true };
        (await Record.Store.CommitAsync(
            [
                new PlaybookRunChange.Moved(next, IsMine: false, TimeSpan.Zero),
                .. parts.Select(part => new PartChange(run.TenantId, run.Pass, new RecordedPart
                {
                    Key = part.Key, Status = part.Status, ByKind = Core.Principals.PrincipalKind.Person, ById = "key:somebody", At = next.UpdatedAt,
                })),
            ],
            Token)).ShouldBeOfType<CommitOutcome.Committed>();
    }

    internal List<string> Events(ExceptionRow row) => [.. Record.EventsOf(row.Key).Where(item => item.Type.Name.StartsWith("Playbook", StringComparison.Ordinal)).Select(Told)];

    internal List<LoggedEvent> Of(ExceptionRow row, EventType type) => [.. Record.EventsOf(row.Key).Where(item => item.Type == type)];

    internal static ObjectMap Body(LoggedEvent item) => (ObjectMap)JsonText.Parse(item.Body!.Value.Span, JsonLimits.Default).AsMap();

    private static string Told(LoggedEvent item)
    {
        ObjectMap body = Body(item);
        return item.Type.Name["Playbook".Length..] + (body["part"].StringOrNull() is { } part ? $" {body["place"].AsInt()}/{part}" : "") + (body["status"].StringOrNull() is { } status ? $" {status}" : "");
    }

    private sealed class OneMode(AutomationMode mode) : IAutomationMode
    {
        public ValueTask<AutomationMode> OfAsync(TenantId tenant, CancellationToken cancellationToken) => new(mode);
    }
}
