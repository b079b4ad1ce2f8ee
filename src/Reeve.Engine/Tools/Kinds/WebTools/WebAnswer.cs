using System.Net;
using System.Text;
using Reeve.Core.Errors;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Core.Wording;
using Reeve.Engine.Tools.Outbound;

namespace Reeve.Engine.Tools.Kinds.WebTools;

/// <summary>Says what an answer means for the call that it answers (docs/decisions/0019-tool-calls.md).</summary>
internal sealed class WebAnswer(Attempt attempt, WebDefinition definition, SecretScrub scrub, int limit, TimeProvider clock)
{
    // What a refusal says is for people: this much of it is read.
    private const int RefusalBytes = 64 * 1024;

    // A tool that asks for more than this is down, and its breaker says so.
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    internal async ValueTask<AttemptResult> JudgeAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        int status = (int)response.StatusCode;
        switch (status)
        {
            case >= 200 and < 300:
                return await AnsweredAsync(response, cancellationToken);
            case >= 300 and < 400:
                return Redirected(response, status);
            case 429:
                return new AttemptResult.NotRun(Error(ErrorCatalogue.Tools.Busy, "It answered 429."), Wait(response));
            case 503 when Wait(response) is { } wait:
                return new AttemptResult.NotRun(Error(ErrorCatalogue.Tools.Busy, "It answered 503 and says when to come back."), wait);
            case 408 or 409 or 425 when attempt.Number > 1 && attempt.Tool.Effect == ToolEffect.Write:
                // The key was sent before: the tool may be at work on it, or have done it.
                return new AttemptResult.Unclear(Error(ErrorCatalogue.Tools.ToolFailed, $"It answered {status} to a repetition."));
            case >= 400 and < 500:
                return new AttemptResult.Refused(Error(ErrorCatalogue.Tools.Declined, $"It answered {status}."), await RefusalAsync(response, cancellationToken));
            default:
                return new AttemptResult.Unclear(Error(ErrorCatalogue.Tools.ToolFailed, $"It answered {status}."));
        }
    }

    internal ReeveError Error(ErrorCode code, string message) => new(code, message, attempt.Tool.Name.Value);

    private async ValueTask<AttemptResult> AnsweredAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.StatusCode == HttpStatusCode.NoContent || definition.Method == HttpMethod.Head)
        {
            return new AttemptResult.Answered(Value.Null);
        }

        AnswerBody body = await AnswerBody.ReadAsync(response, limit, cancellationToken);
        return body.State switch
        {
            BodyState.TooLarge => Useless($"Its answer has more than {limit} bytes."),
            BodyState.Garbled => Useless("Its answer is compressed in a way that cannot be undone."),
            _ when IsBlank(body.Bytes.Span) => new AttemptResult.Answered(Value.Null),
            _ when Parsed(body.Bytes, response, limit) is { } value => new AttemptResult.Answered(scrub.Clean(value)),
            _ => Useless(definition.WantsJson ? "Its answer is not JSON, which it declares." : "Its answer is neither JSON nor text."),
        };
    }

    // Most say that nothing was done here and that the same is to be asked elsewhere. 302 and 303 are also how a write that was done shows its result.
    private AttemptResult Redirected(HttpResponseMessage response, int status)
    {
        string where = response.Headers.Location is { } location ? $" to {Shown.Name(Place(response, location))}" : "";
        ReeveError error = Error(ErrorCatalogue.Tools.TargetRefused, $"It answered {status} and sends{where}, where the call does not go.");
        return attempt.Tool.Effect == ToolEffect.Read || status is not (302 or 303) ? new AttemptResult.Refused(error, Value.Null) : new AttemptResult.Unclear(error);
    }

    // Scheme, host and port are enough to mend a pack by; what stands behind them may hold anything.
    private static string Place(HttpResponseMessage response, Uri location) =>
        response.RequestMessage?.RequestUri is { } asked && Uri.TryCreate(asked, location, out Uri? target) && target.Authority.Length > 0 ? target.GetLeftPart(UriPartial.Authority) : "somewhere";

    private async ValueTask<Value> RefusalAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (definition.Method == HttpMethod.Head)
        {
            return Value.Null;
        }

        try
        {
            AnswerBody body = await AnswerBody.ReadAsync(response, Math.Min(limit, RefusalBytes), cancellationToken);
            return body.State == BodyState.Whole && !IsBlank(body.Bytes.Span) && (Json(body.Bytes.Span, limit) ?? Text(body.Bytes.Span)) is { } said ? scrub.Clean(said) : Value.Null;
        }
        catch (Exception fault) when (fault is ReeveException or OperationCanceledException)
        {
            // The status has refused the call; why would have been good to know.
            return Value.Null;
        }
    }

    private Value? Parsed(ReadOnlyMemory<byte> body, HttpResponseMessage response, int most)
    {
        if (definition.WantsJson)
        {
            return Json(body.Span, most);
        }

        string type = response.Content.Headers.ContentType?.MediaType ?? "";
        bool mayBeJson = type.Length == 0 || type.EndsWith("/json", StringComparison.OrdinalIgnoreCase) || type.EndsWith("+json", StringComparison.OrdinalIgnoreCase);
        return (mayBeJson ? Json(body.Span, most) : null) ?? Text(body.Span);
    }

    private static Value? Json(ReadOnlySpan<byte> body, int most)
    {
        try
        {
            return JsonText.Parse(WithoutMark(body), JsonLimits.Payload with { MaxBytes = most });
        }
        catch (ReeveException)
        {
            return null;
        }
    }

    private static Value? Text(ReadOnlySpan<byte> body)
    {
        try
        {
            string text = Strict.GetString(WithoutMark(body));

            // No database holds U+0000 in a text.
            return text.Contains('\0') ? null : Value.Of(text);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private static ReadOnlySpan<byte> WithoutMark(ReadOnlySpan<byte> body) => body.StartsWith("\uFEFF"u8) ? body[3..] : body;

    private static bool IsBlank(ReadOnlySpan<byte> body) => WithoutMark(body).IndexOfAnyExcept(" \t\r\n"u8) < 0;

    private AttemptResult.Useless Useless(string message) => new(Error(ErrorCatalogue.Tools.BadOutput, message));

    private TimeSpan? Wait(HttpResponseMessage response)
    {
        TimeSpan? wait = response.Headers.RetryAfter switch
        {
            { Delta: { } seconds } => seconds,
            { Date: { } date } => date - clock.GetUtcNow(),
            _ => null,
        };
        return wait is not { } given ? null : given < TimeSpan.Zero ? TimeSpan.Zero : given > LongestWait ? LongestWait : given;
    }
}
