using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Reeve.Governance.Identity;
using Reeve.Operations.Logs;
using Reeve.Server.Problems;
using Reeve.Server.SignIn;

namespace Reeve.Server.Hosting;

/// <summary>One record per request, and the scope of all that is logged in it: tenant, exception, trace. Probes are logged at DEBUG.</summary>
internal sealed class RequestLog(RequestDelegate next, TimeProvider clock, ILogger<RequestLog> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        long began = clock.GetTimestamp();
        using IDisposable? scope = logger.BeginScope(new LogScope { CorrelationId = Problem.TraceOf(context) });
        await next(context);

        // The gate has found out who calls by now; before it nobody knew.
        Caller? caller = Callers.Known(context);
        using IDisposable? known = logger.BeginScope(new LogScope
        {
            Tenant = caller?.TenantId.Value,
            WorkItem = caller is null ? null : context.GetRouteValue("exceptionId") as string,
        });
        double elapsed = Math.Round(clock.GetElapsedTime(began).TotalMilliseconds, 1);
        string route = Routes.NameOf(context);
        if (caller is null && context.Response.StatusCode < StatusCodes.Status400BadRequest)
        {
            HostLog.Answered(logger, LogLevel.Debug, context.Request.Method, route, context.Response.StatusCode, elapsed);
        }
        else
        {
            HostLog.Answered(logger, LogLevel.Information, context.Request.Method, route, context.Response.StatusCode, elapsed);
        }
    }
}
