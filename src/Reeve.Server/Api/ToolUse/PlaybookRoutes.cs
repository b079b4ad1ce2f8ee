using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Reeve.Core.Decisions;
using Reeve.Core.Records;
using Reeve.Engine.PlaybookWork;
using Reeve.Engine.Playbooks.Driving;
using Reeve.Governance.Access;
using Reeve.Governance.Identity;
using Reeve.Server.Api.Describing;
using Reeve.Server.Hosting;
using Reeve.Server.SignIn;

namespace Reeve.Server.Api.ToolUse;

/// <summary>The playbook of an exception, and what people do of it by hand (EX-API-8, 10).</summary>
internal static class PlaybookRoutes
{
    private const string Tag = "Playbooks";
    private const int LongestNotes = 4000;
    private const int LongestText = 512;

    internal static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapRead("/exceptions/{tenantId}/{exceptionId}/playbook", Permission.Read, ShowAsync)
            .WithName("getPlaybookRun")
            .WithTags(Tag)
            .WithSummary("Shows the playbook of an exception: how far it is, step by step.")
            .Documented(new RouteDocument { Statuses = [400, 404] })
            .Produces<PlaybookRunView>();
        Say(routes, "complete", "completePlaybookStep", "Says that a person did by hand what waits for one. Twice is once.", static (desk, tenant, exception, number, caller, notes, cancellationToken) =>
            desk.CompleteAsync(tenant, exception, number, caller.Principal, notes, cancellationToken));
        Say(routes, "skip", "skipPlaybookStep", "Leaves out what waits for a person. Twice is once.", static (desk, tenant, exception, number, caller, notes, cancellationToken) =>
            desk.SkipAsync(tenant, exception, number, caller.Principal, notes, cancellationToken));
    }

    private static void Say(
        IEndpointRouteBuilder routes, string verb, string name, string summary, Func<RunDesk, TenantId, ExceptionId, int, Caller, string, CancellationToken, Task<RunView>> say) =>
        routes.MapPost($"/exceptions/{{tenantId}}/{{exceptionId}}/playbook/steps/{{n}}/{verb}", async (HttpContext context, string tenantId, string exceptionId, string n, StoreSession store) =>
            {
                new QueryText(context.Request).Check();
                BodyMembers body = await ToolRoutes.ReadAsync(context, "actorType", "actorId", "notes");
                string?[] remarks = [body.Text("actorType", LongestText), body.Text("actorId", LongestText)];
                string notes = body.Text("notes", LongestNotes) ?? "";
                body.Check();
                string remark = string.Join(' ', remarks.Where(static one => one is not null));
                RunView view = await say(
                    store.PlaybookDesk, new TenantId(tenantId), IdOf(exceptionId), NumberOf(n), Callers.Of(context), remark.Length == 0 ? notes : $"{notes} (for {remark})".TrimStart(), context.RequestAborted);
                await WireJson.WriteAsync(context, StatusCodes.Status200OK, PlaybookRunView.Of(exceptionId, view), WireJson.Of.PlaybookRunView);
            })
            .Requires(Permission.UseTools)
            .WithName(name)
            .WithTags(Tag)
            .WithSummary(summary)
            .WithDescription("n is the place of the step in the plan, from 1; success criteria count behind the steps. A step that needs an approval is refused until it is approved; then it runs by itself.")
            .Documented(new RouteDocument { Bodies = [new("application/json", ToolBodies.Notes())], Statuses = [400, 404, 409] })
            .Produces<PlaybookRunView>();

    private static async Task ShowAsync(HttpContext context, string tenantId, string exceptionId, StoreSession store)
    {
        new QueryText(context.Request).Check();
        RunView view = await store.PlaybookDesk.ShowAsync(new TenantId(tenantId), IdOf(exceptionId), context.RequestAborted);
        await WireJson.WriteAsync(context, StatusCodes.Status200OK, PlaybookRunView.Of(exceptionId, view), WireJson.Of.PlaybookRunView);
    }

    // After the caller was asked who it is: whoever may nothing here learns nothing of numbers either.
    private static int NumberOf(string given) => int.TryParse(given, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out int number) && number > 0
        ? number
        : throw new Core.Errors.ReeveException(new Core.Errors.ReeveError(Core.Errors.ErrorCatalogue.Http.BadRequest, "The number of a step is a whole number from 1."));

    // The server decodes everything in a path but a slash.
    private static ExceptionId IdOf(string given) => new(given.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase));
}

/// <summary>How far a playbook is.</summary>
internal sealed record PlaybookRunView
{
    /// <summary>The exception.</summary>
    public required string ExceptionId { get; init; }

    /// <summary>The playbook.</summary>
    public required string PlaybookId { get; init; }

    /// <summary>Its version.</summary>
    public required string Version { get; init; }

    /// <summary>READY, WAITING, PAUSED or ENDED.</summary>
    public required string State { get; init; }

    /// <summary>Why it stands there; empty when it speaks for itself.</summary>
    public required string Reason { get; init; }

    /// <summary>The number of the step that is next or waits; null when it has ended.</summary>
    public required int? CurrentStep { get; init; }

    /// <summary>What it waits for: APPROVAL, PERSON, OUTCOME or CRITERION; null when for nobody.</summary>
    public required string? WaitsFor { get; init; }

    /// <summary>How many steps and criteria are done.</summary>
    public required int Completed { get; init; }

    /// <summary>How many are left out.</summary>
    public required int Skipped { get; init; }

    /// <summary>How many are still to come.</summary>
    public required int Pending { get; init; }

    /// <summary>The steps, then the success criteria.</summary>
    public required IReadOnlyList<PlaybookStepView> Steps { get; init; }

    internal static PlaybookRunView Of(string exception, RunView view)
    {
        List<PlaybookStepView> steps = [];
        foreach (PlanStep step in view.Steps)
        {
            steps.Add(PlaybookStepView.Of(step.Order, step.StepId.Value, step.Action, step.Tool?.Value, [.. view.Parts.Where(part => part.Key.Place == step.Order && part.Key.Part != PartKey.Criterion)]));
        }

        for (int i = 0; i < view.Criteria.Count; i++)
        {
            PlanCriterion criterion = view.Criteria[i];
            steps.Add(PlaybookStepView.Of(view.Steps.Count + i + 1, null, criterion.Text, criterion.Tool?.Value, [.. view.Parts.Where(part => part.Key == new PartKey(i + 1, PartKey.Criterion))]));
        }

        int done = steps.Count(static step => step.Status == Wire.Name(PartStatus.Success));
        int left = steps.Count(static step => step.Status == Wire.Name(PartStatus.Skipped));
        return new PlaybookRunView
        {
            ExceptionId = exception,
            PlaybookId = view.Run.Playbook.Value,
            Version = view.Run.PlaybookVersion,
            State = Wire.Name(view.Run.State),
            Reason = view.Run.Reason,
            CurrentStep = view.CurrentStep,
            WaitsFor = view.WaitsFor is { } waited ? Wire.Name(waited) : null,
            Completed = done,
            Skipped = left,
            Pending = steps.Count - done - left,
            Steps = steps,
        };
    }
}

/// <summary>One step, or one success criterion.</summary>
internal sealed record PlaybookStepView
{
    /// <summary>Its number.</summary>
    public required int N { get; init; }

    /// <summary>The playbook's id of it; null for a criterion.</summary>
    public required string? StepId { get; init; }

    /// <summary>The author's words.</summary>
    public required string Action { get; init; }

    /// <summary>The tool; null when none is called.</summary>
    public required string? Tool { get; init; }

    /// <summary>What became of it; PENDING when its turn has not come.</summary>
    public required string Status { get; init; }

    /// <summary>Everything that became of it: itself, its fallbacks, what undid it.</summary>
    public required IReadOnlyList<PlaybookPartView> Parts { get; init; }

    internal static PlaybookStepView Of(int number, string? step, string action, string? tool, IReadOnlyList<RecordedPart> parts)
    {
        RecordedPart? own = parts.FirstOrDefault(static part => part.Key.Part is PartKey.Step or PartKey.Criterion);
        return new PlaybookStepView
        {
            N = number,
            StepId = step,
            Action = action,
            Tool = tool,
            Status = own is null ? "PENDING" : Wire.Name(own.Status),
            Parts = [.. parts.Select(static part => new PlaybookPartView(part.Key.Part, Wire.Name(part.Status), part.Execution?.ToString(), Wire.Name(part.ByKind), part.ById, part.At, part.Note))],
        };
    }
}

/// <summary>What became of a part of a step.</summary>
/// <param name="Part">step, fallback:1…, rollback, criterion.</param>
/// <param name="Status">What became of it.</param>
/// <param name="ExecutionId">The call; null for none.</param>
/// <param name="ActorType">PERSON, AGENT or SERVICE.</param>
/// <param name="ActorId">Who.</param>
/// <param name="At">When.</param>
/// <param name="Notes">Why, or what the person said.</param>
internal sealed record PlaybookPartView(string Part, string Status, string? ExecutionId, string ActorType, string ActorId, DateTimeOffset At, string Notes);
