using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Reeve.Core.Errors;
using Reeve.Engine.Inbox;
using Reeve.Server.Api;
using Reeve.Server.Problems;
using Reeve.Server.SignIn;
using Reeve.Server.Upkeeping;

namespace Reeve.Server.Hosting;

/// <summary>The door of the server: the API on an open store. Who starts it owns the store, and closes it afterwards. Thread-safe.</summary>
public sealed class WebHost : IAsyncDisposable
{
    // Longer than most wait between two looks whether a node is ready.
    private static readonly TimeSpan LongestGrace = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan OwnGrace = TimeSpan.FromSeconds(1);

    private readonly WebApplication app;
    private readonly ILogger logger;
    private readonly WebHostOptions options;
    private InboxWorker? inbox;
    private ScheduleTicker? ticker;
    private int isStopping;

    private WebHost(WebApplication app, WebHostOptions options, ILogger logger)
    {
        this.app = app;
        this.logger = logger;
        this.options = options;
    }

    /// <summary>Where it listens, with the ports it was given.</summary>
    public IReadOnlyList<Uri> Addresses { get; private set; } = [];

    /// <summary>Where it is in its life.</summary>
    public ServerState State => app.Services.GetRequiredService<ServerState>();

    /// <summary>Starts a server; it answers when this returns.</summary>
    /// <param name="store">The open store.</param>
    /// <param name="options">How it runs.</param>
    /// <param name="loggers">Where everything is logged.</param>
    /// <param name="cancellationToken">Gives up starting.</param>
    /// <exception cref="ReeveException">CFG-005 when an address cannot be listened on.</exception>
    public static async Task<WebHost> StartAsync(StoreSession store, WebHostOptions options, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        WebApplication app = Build(store, options, loggers);
        WebHost host = new(app, options, loggers.CreateLogger("Reeve.Server.Hosting"));
        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch (IOException fault) when (fault.InnerException is AddressInUseException or SocketException)
        {
            await app.DisposeAsync();
            throw new ReeveException(new ReeveError(ErrorCatalogue.Configuration.AddressTaken, $"It cannot listen on {string.Join(", ", options.Urls)}.", "--urls"), fault);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }

        host.Addresses = [.. app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses.Select(address => new Uri(address)) ?? []];
        host.inbox = store.Inbox;
        host.ticker = options.RunsSchedules ? ScheduleTicker.Start(store.ScheduleRunner, options.Clock, loggers.CreateLogger("Reeve.Server.Hosting")) : null;
        host.State.Enter(ServerPhase.Serving);
        HostLog.Started(host.logger, string.Join(", ", host.Addresses), store.Database.Address.Masked, Product.Version);
        return host;
    }

    /// <summary>The OpenAPI document of this release, as JSON with LF ends. It opens no store and listens nowhere.</summary>
    public static async Task<string> DescribeAsync(CancellationToken cancellationToken)
    {
        await using WebApplication app = Build(null, new WebHostOptions { Urls = ["http://127.0.0.1:0"] }, Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance);
        return await ApiRoutes.DescribeAsync(app, cancellationToken);
    }

    /// <summary>Tells the probes that it stops; it still serves.</summary>
    public void Drain() => State.Enter(ServerPhase.Draining);

    /// <summary>Takes nothing new from now on; what is under way goes on.</summary>
    public void Close()
    {
        Drain();
        State.Close();
        inbox?.StopClaims();
    }

    /// <summary>Runs until the token is cancelled, then stops.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        TaskCompletionSource stopping = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (cancellationToken.Register(() => stopping.TrySetResult()))
        await using (app.Lifetime.ApplicationStopping.Register(() => stopping.TrySetResult()))
        {
            await stopping.Task;
        }

        await StopAsync();
    }

    /// <summary>
    /// Stops (docs/decisions/0014): the probes say so while it still serves; then nothing new is let in and nothing begins by schedule, what is
    /// under way has its time to end, and the connections are closed. A second call waits for nothing.
    /// </summary>
    public async Task StopAsync()
    {
        if (Interlocked.Exchange(ref isStopping, 1) != 0)
        {
            return;
        }

        Drain();
        HostLog.Stopping(logger, options.DrainDeadline.TotalSeconds);
        using CancellationTokenSource late = new(options.DrainDeadline - options.CloseWithin - LastAnswers(options), options.Clock);
        await using (late.Token.Register(() => _ = State.CutAsync()))
        {
            await Task.Delay(options.DrainGrace ?? UsualGrace(), options.Clock, CancellationToken.None);
            Close();

            // Those who come now are told: a connection that is closed tells them nothing.
            Task ended = State.Idle.WaitAsync(late.Token);
            if (ticker is not null)
            {
                await ticker.StopAsync(late.Token);
            }

            await ended.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await app.StopAsync(CancellationToken.None);
        }

        HostLog.Stopped(logger);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await app.DisposeAsync();
    }

    // Requests that are cut get this long to be told; then their connections are cut.
    private static TimeSpan LastAnswers(WebHostOptions options) => options.DrainDeadline / 10;

    // Before a server that only its own machine reaches nobody distributes requests over nodes.
    private TimeSpan UsualGrace()
    {
        TimeSpan longest = Addresses.All(static address => address.IsLoopback) ? OwnGrace : LongestGrace;
        TimeSpan fifth = options.DrainDeadline / 5;
        return fifth < longest ? fifth : longest;
    }

    private static WebApplication Build(StoreSession? store, WebHostOptions options, ILoggerFactory loggers)
    {
        // Nothing is read from files or the environment here: whoever starts the server has done that, in one place.
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions
        {
            ApplicationName = typeof(WebHost).Assembly.GetName().Name,
            ContentRootPath = AppContext.BaseDirectory,
        });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(Limit);
        IServiceCollection services = builder.Services;
        services.Replace(ServiceDescriptor.Singleton(loggers));
        services.Replace(ServiceDescriptor.Singleton<IHostLifetime>(new OwnedLifetime()));
        services.Configure<HostOptions>(host => host.ShutdownTimeout = LastAnswers(options));
        services.AddSingleton(options.Clock);
        services.AddSingleton<ServerState>();
        services.AddSingleton(store is null ? static _ => throw new InvalidOperationException("There is no store.") : (Func<IServiceProvider, StoreSession>)(_ => store));
        services.AddSingleton(static made => made.GetRequiredService<StoreSession>().Keys);
        services.AddSingleton(static made => made.GetRequiredService<StoreSession>().Packs);
        services.AddSingleton(static made => made.GetRequiredService<StoreSession>().Ids);
        services.AddRoutingCore();
        services.AddExceptionHandler<FaultHandler>();
        services.AddSignIn();
        services.AddApi(options.PackFolders);
        services.AddDataProtection().SetApplicationName("reeve");
        services.AddSingleton<IConfigureOptions<KeyManagementOptions>, KeyRing>();

        WebApplication app = builder.Build();
        foreach (string url in options.Urls)
        {
            app.Urls.Add(url);
        }

        app.UseMiddleware<RequestLog>();
        app.UseMiddleware<RequestGuard>();
        app.UseStatusCodePages(static page => StatusPages.AnswerAsync(page.HttpContext));
        app.UseExceptionHandler(static _ => { });
        app.UsePathBase("/api/v1");

        // Some routes are also known as /api/tools, without the version.
        app.UseWhen(static context => !context.Request.PathBase.HasValue, static current => current.UsePathBase("/api"));
        app.UseApiPages();
        app.UseRouting();
        app.UseMiddleware<DrainGate>();

        // Said here, behind the routes: where it is not said, the framework puts it before them, and every request is looked up.
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapApi();
        options.MoreRoutes?.Invoke(app);

        // Said here, not left to the start: the description knows the routes only after it, and never starts.
        app.UseEndpoints(static _ => { });
        return app;
    }

    private static void Limit(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestHeadersTotalSize = 2 * RequestGuard.MaxHeaderBytes;
        kestrel.Limits.MaxRequestHeaderCount = 2 * RequestGuard.MaxHeaders;
        kestrel.Limits.MaxRequestLineSize = 2 * RequestGuard.MaxTarget;
        kestrel.Limits.MaxRequestBodySize = ApiRoutes.MaxBodyBytes;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
    }

    // The command that runs the server listens for signals; the framework must not do so, too.
    private sealed class OwnedLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
