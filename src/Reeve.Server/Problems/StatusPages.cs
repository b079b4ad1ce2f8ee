using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Reeve.Core.Errors;
using Reeve.Core.Wording;

namespace Reeve.Server.Problems;

/// <summary>What the framework refuses with a bare status, as problems.</summary>
public static class StatusPages
{
    /// <summary>Answers a request that ended in a status without a body.</summary>
    public static Task AnswerAsync(HttpContext context) => For(context, context.Response.StatusCode).WriteAsync(context);

    /// <summary>The problem of a status.</summary>
    internal static Problem For(HttpContext context, int status) => status switch
    {
        StatusCodes.Status404NotFound => Problem.Of(ErrorCatalogue.Http.NoRoute, "No route has this path."),
        StatusCodes.Status405MethodNotAllowed => Problem.Of(ErrorCatalogue.Http.WrongMethod, WrongMethod(context)),
        StatusCodes.Status408RequestTimeout => Problem.Of(ErrorCatalogue.Http.TooSlow, "The body stopped coming."),
        StatusCodes.Status413PayloadTooLarge => Problem.Of(ErrorCatalogue.Http.BodyTooLarge, "The body is longer than this route takes."),
        StatusCodes.Status414UriTooLong => Problem.Of(ErrorCatalogue.Http.TargetTooLong, "The path and the query are too long together."),
        StatusCodes.Status415UnsupportedMediaType => Problem.Of(ErrorCatalogue.Http.WrongType, "The type of the body is not read by this route."),
        StatusCodes.Status431RequestHeaderFieldsTooLarge => Problem.Of(ErrorCatalogue.Http.HeadersTooLarge, "The header fields are too large together."),
        >= StatusCodes.Status500InternalServerError => Problem.Of(ErrorCatalogue.Host.Unexpected, "The request failed; the log has the rest under the trace id."),
        _ => Problem.Of(ErrorCatalogue.Http.BadRequest, "The request breaks a rule of HTTP, or ended before its body did.") with { Status = status },
    };

    private static string WrongMethod(HttpContext context)
    {
        StringValues allowed = context.Response.Headers.Allow;
        return $"{Shown.Name(context.Request.Method)} is not taken here{(allowed.Count > 0 ? $"; {allowed} is" : "")}.";
    }
}
