using System.CommandLine;
using Reeve.Commands.Places;
using Reeve.Core.Calls;
using Reeve.Core.Decisions;
using Reeve.Core.Errors;
using Reeve.Core.Records;
using Reeve.Core.Redaction;
using Reeve.Core.Values;
using Reeve.Core.Wording;
using Reeve.Engine.Tools.Requests;
using Reeve.Governance.Access;

namespace Reeve.Commands.ToolVerbs;

/// <summary><c>reeve tools call</c>: one call, through the tool gate (EX-API-72).</summary>
internal static class CallVerb
{
    private const int LargestFile = 10 * 1000 * 1000;

    // Longer than any tool may take with all its attempts; what is still under way then is in the record.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(30);

    internal static Command Build(CommandContext context)
    {
        Argument<string> tool = ToolsCommand.ToolArgument();
        Option<string?> args = new("--args") { Description = "The arguments: a JSON object, or @FILE with one; none unless given.", HelpName = "json|@file" };
        Option<string?> exception = new("--exception") { Description = "The exception it is for; the call then stands at least at what its last decision does." };
        Option<bool> dryRun = new("--dry-run") { Description = "Call nothing: check the arguments, and show an answer made from the tool's schema." };
        Option<bool> noWait = new("--no-wait") { Description = "Do not wait for the end: 'reeve tools executions ID' shows it." };
        Option<string?> goal = new("--goal") { Description = "What it is for, in a sentence. It is recorded." };
        Option<string?> key = new("--idempotency-key") { Description = "The same call again under the same key is the same execution, and happens once." };
        Option<string?> keyFile = ActingAs.Option();
        Option<string?> tenant = ToolsCommand.TenantOption();
        Option<string?> domain = ToolsCommand.DomainOption();
        Option<string?> store = StoreAccess.Option();
        Option<OutputFormat> format = SharedOptions.Format();
        Command command = new("call", "Call a tool, if the tool gate lets the call through; it ends with 1 when it does not, or the call fails.")
        {
            tool, args, exception, dryRun, noWait, goal, key, keyFile, tenant, domain, store, format,
        };
        command.SetAction((call, cancellationToken) => StoreAccess.RunAsync(context, call.GetValue(store), async session =>
        {
            Acting acting = await ActingAs.FindAsync(context, session, call.GetValue(keyFile), call.GetValue(tenant), Permission.UseTools, cancellationToken);
            ToolRequest request = new()
            {
                TenantId = acting.TenantId,
                Tool = call.GetValue(tool)!, // not null: it is required
                Domain = ToolsCommand.DomainOf(call.GetValue(domain)),
                Arguments = Arguments(context, call.GetValue(args)),
                Exception = call.GetValue(exception) is { } id ? new ExceptionId(id) : null,
                Actor = acting.Principal,
                IsAdministrator = acting.IsAdministrator,
                Key = call.GetValue(key),
                Goal = call.GetValue(goal) ?? "Somebody asks for exactly this call at the command line.",
                IsDryRun = call.GetValue(dryRun),
                Wait = call.GetValue(noWait) ? TimeSpan.Zero : LongestWait,
            };
            return Print(context, call.GetValue(format), await session.Tools.CallAsync(request, cancellationToken));
        }, cancellationToken));
        return command;
    }

    private static int Print(CommandContext context, OutputFormat format, RequestedCall called)
    {
        Value output = called.Answer switch
        {
            ToolAnswer.Succeeded succeeded => Redactor.Redact(succeeded.Output),
            ToolAnswer.Dry dry => dry.Answer["output"],
            _ => Value.Null,
        };
        ReeveError? error = called.Answer switch
        {
            ToolAnswer.Failed failed => failed.Error,
            ToolAnswer.Unknown unknown => unknown.Error,
            ToolAnswer.KeptBack kept => kept.Error,
            ToolAnswer.Refused refused => refused.Error,
            _ => null,
        };
        GateDecision? decision = (called.Answer as ToolAnswer.Refused)?.Decision ?? (called.Answer as ToolAnswer.Dry)?.Decision;
        ObjectMap row = ObjectMap.Of(
            ("executionId", called.Answer is ToolAnswer.Dry or ToolAnswer.Refused ? Value.Null : Value.Of(called.Id.ToString())),
            ("tool", Value.Of(called.Tool.ToString())),
            ("status", Value.Of(Status(called))),
            ("dryRun", Value.Of(called.Answer is ToolAnswer.Dry)),
            ("output", output),
            ("error", error is null ? Value.Null : Value.Of(ObjectMap.Of(("code", Value.Of(error.Code)), ("message", Value.Of(error.Message))))),
            ("checks", decision is null ? Value.Null : Checks(decision)),
            ("digest", Value.Of((called.Answer as ToolAnswer.Refused)?.Digest?.Hex)));
        Listing.Print(context, format, [row], "executionId", "tool", "status", "dryRun");
        if (format == OutputFormat.Table && !output.IsNull)
        {
            Listing.WriteIndented(context.Output, output);
        }

        return Tell(context, called, error, decision);
    }

    private static int Tell(CommandContext context, RequestedCall called, ReeveError? error, GateDecision? decision)
    {
        if (called.Answer is ToolAnswer.Dry)
        {
            context.Error.WriteLine("Dry run: nothing was called; the output is made from the tool's schema.");
        }

        foreach (GateReason reason in decision?.Reasons ?? [])
        {
            if (reason.Verdict != PolicyVerdict.Allow && reason != decision!.Decisive)
            {
                context.Error.WriteLine(Shown.Line($"{Wire.Name(reason.Check)} {Wire.Name(reason.Verdict)}: {reason.Error?.Code} {reason.Reason}"));
            }
        }

        if (called.Answer is ToolAnswer.Dry { Decision.Decisive: { } decisive })
        {
            context.Error.WriteLine(Shown.Line($"A real call would be refused: {decisive.Error?.Code} {decisive.Reason}"));
        }

        if (called.Answer is null)
        {
            context.Error.WriteLine($"It is under way: reeve tools executions {called.Id}");
        }
        else if (called.Answer is ToolAnswer.Unknown)
        {
            context.Error.WriteLine($"Nobody knows whether it happened. Look at the tool's own records; reeve tools executions {called.Id} shows the attempts.");
        }

        return error is null ? Terminal.Done : Terminal.Refuse(context.Error, [error]);
    }

    private static string Status(RequestedCall called) => called.Answer switch
    {
        null => Wire.Name(called.Execution?.Status ?? ExecutionStatus.Requested),
        ToolAnswer.Succeeded or ToolAnswer.Dry => Wire.Name(ExecutionStatus.Succeeded),
        ToolAnswer.Refused => "REFUSED",
        ToolAnswer.KeptBack => "KEPT_BACK",
        ToolAnswer.Unknown => "UNKNOWN",
        _ => Wire.Name(ExecutionStatus.Failed),
    };

    private static Value Checks(GateDecision decision) => Value.Of(new ListValue(
    [
        .. decision.Reasons.Where(static reason => reason.Verdict != PolicyVerdict.Allow).Select(static reason => Value.Of(ObjectMap.Of(
            ("check", Value.Of(Wire.Name(reason.Check))),
            ("verdict", Value.Of(Wire.Name(reason.Verdict))),
            ("code", Value.Of(reason.Error?.Code)),
            ("reason", Value.Of(reason.Reason))))),
    ]));

    private static ObjectMap Arguments(CommandContext context, string? given)
    {
        if (given is null)
        {
            return ObjectMap.Empty;
        }

        byte[] text = given.StartsWith('@') ? Read(context, given[1..]) : System.Text.Encoding.UTF8.GetBytes(given);
        return JsonText.Parse(text, new JsonLimits { MaxBytes = LargestFile }, "--args").MapOrNull() as ObjectMap
            ?? throw new ReeveException(new ReeveError(ErrorCatalogue.Input.MalformedJson, "The arguments must be a JSON object.", "--args"));
    }

    private static byte[] Read(CommandContext context, string path)
    {
        try
        {
            FileInfo file = new(context.PathOf(path));
            return file.Length <= LargestFile ? File.ReadAllBytes(file.FullName)
                : throw new ReeveException(new ReeveError(ErrorCatalogue.Input.FileUnreadable, $"It has over {LargestFile:N0} bytes.", path));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new ReeveException(new ReeveError(ErrorCatalogue.Input.FileUnreadable, fault.Message, path), fault);
        }
    }
}
