using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Reeve.Core.Errors;

namespace Reeve.Server.Problems;

/// <summary>
/// The one place where what was thrown becomes an answer. A caller is told the code and the trace id, never a stack trace, a
/// payload or SQL; the log has what there is. Thread-safe.
/// </summary>
public sealed class FaultHandler(ILogger<FaultHandler> logger) : IExceptionHandler
{
    /// <inheritdoc/>
    public async ValueTask<bool> TryHandleAsync(HttpContext context, Exception exception, CancellationToken cancellationToken)
    {
        if (context.RequestAborted.IsCancellationRequested && exception is OperationCanceledException or IOException or BadHttpRequestException)
        {
            // The caller has gone: there is nobody to answer, and nothing went wrong here.
            context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return true;
        }

        Problem problem = Judge(context, exception);
        if ((problem.Status ?? problem.Kind.HttpStatus) >= StatusCodes.Status500InternalServerError)
        {
            Tell(exception, problem, context);
        }

        await problem.WriteAsync(context);
        return true;
    }

    private static Problem Judge(HttpContext context, Exception exception) => exception switch
    {
        ProblemException refused => refused.Problem,
        ReeveException fault => Problem.Of(fault),
        BadHttpRequestException bad => StatusPages.For(context, bad.StatusCode),
        OperationCanceledException => Problem.Of(ErrorCatalogue.Http.Draining, "The server stopped before this was done."),
        _ => Problem.Of(ErrorCatalogue.Host.Unexpected, "Something failed that should not have; the log has the rest under the trace id."),
    };

    private void Tell(Exception exception, Problem problem, HttpContext context)
    {
        string route = Routes.NameOf(context);
        if (problem.Kind == ErrorCatalogue.Host.Unexpected)
        {
            ProblemLog.Failed(logger, exception, context.Request.Method, route);
        }
        else
        {
            ProblemLog.Unable(logger, exception, context.Request.Method, route, problem.Kind.Code);
        }
    }
}
