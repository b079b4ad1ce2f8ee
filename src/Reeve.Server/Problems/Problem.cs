using System.Diagnostics;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Reeve.Core.Errors;
using Reeve.Core.Values;
using Reeve.Engine.Inbox;

namespace Reeve.Server.Problems;

/// <summary>
/// Why a request was refused or failed, as RFC 9457 has it (EX-HTTP-1): <c>type</c> is <c>urn:reeve:error:</c> and the code,
/// <c>title</c> that of the catalogue, <c>detail</c> says what is wrong this time. Immutable.
/// </summary>
public sealed record Problem
{
    /// <summary>The media type of every refusal.</summary>
    public const string MediaType = "application/problem+json";

    // A store or a node that is away is back within seconds, or somebody has been called; clients need not ask more often.
    private const int RetryAfterSeconds = 5;

    /// <summary>The row of the catalogue.</summary>
    public required ErrorCode Kind { get; init; }

    /// <summary>What is wrong this time; for people.</summary>
    public required string Detail { get; init; }

    /// <summary>What to do next.</summary>
    public string NextStep { get; init; } = "";

    /// <summary>The fields it is about.</summary>
    public IReadOnlyList<ProblemField> Fields { get; init; } = [];

    /// <summary>The status, where it is not the catalogue's.</summary>
    public int? Status { get; init; }

    /// <summary>When to try again, whole seconds; null where the status says it, or nobody knows.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Members that belong to one route's refusals, in order: numbers and texts.</summary>
    public IReadOnlyList<(string Name, Value Value)> Members { get; init; } = [];

    /// <summary>The problem that an error is.</summary>
    public static Problem Of(ReeveError error) => new()
    {
        Kind = error.Kind,
        Detail = error.Message,
        NextStep = error.NextStep,
        Status = StatusOf(error.Kind),
        Fields = Pointer(error) is not null || error.Position is not null ? [new ProblemField(error)] : [],
    };

    /// <summary>The problem of one kind.</summary>
    public static Problem Of(ErrorCode kind, string detail) => Of(new ReeveError(kind, detail));

    /// <summary>The problem that several errors of one document are.</summary>
    public static Problem Of(IReadOnlyList<ReeveError> errors) =>
        errors.Count == 1 ? Of(errors[0]) : Of(errors[0]) with
        {
            Detail = $"{errors.Count} errors; the first: {errors[0].Message}",
            Fields = [.. errors.Select(error => new ProblemField(error))],
        };

    /// <summary>The problem that a fault is.</summary>
    public static Problem Of(ReeveException fault) => fault switch
    {
        ReeveErrorsException { Errors: var all } => Of(all),
        NoRoomException full => Of(full.Error) with { RetryAfter = full.RetryAfter },
        _ => Of(fault.Error),
    };

    /// <summary>The place an error names in a document; null when it names none, or something that is no business of a caller's.</summary>
    internal static string? Pointer(ReeveError error) =>
        error.Subject is { } subject && StatusOf(error.Kind) < 500 && (subject.Length == 0 || subject[0] == '/') ? subject : null;

    // What keeps a node from its store is the node's trouble, whatever a command line would answer.
    private static int StatusOf(ErrorCode kind) =>
        kind.HttpStatus < 500 && (kind.Code.StartsWith("STORE-", StringComparison.Ordinal) || kind.Code.StartsWith("CFG-", StringComparison.Ordinal))
            ? StatusCodes.Status503ServiceUnavailable
            : kind.HttpStatus;

    /// <summary>Answers a request with it. Nothing of the answer may have been sent.</summary>
    public Task WriteAsync(HttpContext context)
    {
        int status = Status ?? Kind.HttpStatus;
        HttpResponse response = context.Response;
        response.StatusCode = status;
        response.ContentType = MediaType;
        response.Headers[HeaderNames.CacheControl] = "no-store";
        if (RetryAfter is { } wait)
        {
            response.Headers[HeaderNames.RetryAfter] = $"{(long)wait.TotalSeconds}";
        }
        else if (status == StatusCodes.Status503ServiceUnavailable && Kind.IsTransient)
        {
            response.Headers[HeaderNames.RetryAfter] = $"{RetryAfterSeconds}";
        }

        if (Kind == ErrorCatalogue.Http.KeyInUse)
        {
            // Most of what is sent under a key is worked off in less.
            response.Headers[HeaderNames.RetryAfter] = "1";
        }

        byte[] body = JsonText.Render((Problem: this, Status: status, Trace: TraceOf(context)), static (writer, state) => state.Problem.Write(writer, state.Status, state.Trace));
        response.ContentLength = body.Length;
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : response.Body.WriteAsync(body, CancellationToken.None).AsTask();
    }

    /// <summary>The id by which the log knows a request.</summary>
    public static string TraceOf(HttpContext context) => Activity.Current?.TraceId.ToHexString() ?? context.TraceIdentifier;

    private void Write(Utf8JsonWriter writer, int status, string trace)
    {
        writer.WriteStartObject();
        writer.WriteString("type", "urn:reeve:error:" + Kind.Code);
        writer.WriteString("title", Kind.Title);
        writer.WriteNumber("status", status);
        writer.WriteString("detail", Detail);
        writer.WriteString("code", Kind.Code);
        writer.WriteString("traceId", trace);
        writer.WriteStartArray("errors");
        foreach (ProblemField field in Fields)
        {
            field.Write(writer);
        }

        writer.WriteEndArray();
        writer.WriteString("nextStep", NextStep.Length > 0 ? NextStep : Kind.NextStep);
        foreach ((string name, Value value) in Members)
        {
            writer.WritePropertyName(name);
            JsonText.Write(writer, value);
        }

        writer.WriteEndObject();
    }
}

/// <summary>One thing that is wrong.</summary>
/// <param name="Error">What.</param>
/// <param name="Index">The item of the request it is about, from 0; null when it is about the whole request.</param>
/// <param name="Parameter">The query parameter it is about; null when it is about none.</param>
/// <param name="File">The member of the request that names the file it is about; null when it is about the request itself.</param>
public sealed record ProblemField(ReeveError Error, int? Index = null, string? Parameter = null, string? File = null)
{
    /// <summary>Writes it as an object; answers that accept some items of several list the others so, too.</summary>
    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        if (Index is { } index)
        {
            writer.WriteNumber("index", index);
        }

        writer.WriteString("code", Error.Code);
        if (Problem.Pointer(Error) is { } pointer)
        {
            writer.WriteString("pointer", pointer);
        }

        if (Parameter is not null)
        {
            writer.WriteString("parameter", Parameter);
        }

        if (File is not null)
        {
            writer.WriteString("file", File);
        }

        writer.WriteString("message", Error.Message);
        if (Error.Position is { } at)
        {
            writer.WriteNumber("line", at.Line);
            writer.WriteNumber("column", at.Column);
        }

        writer.WriteEndObject();
    }
}

/// <summary>A request that ends in a problem with more to say than one error.</summary>
public sealed class ProblemException(Problem problem, Exception? inner = null) : Exception(problem.Kind.Code, inner)
{
    /// <summary>What to answer.</summary>
    public Problem Problem { get; } = problem;
}
