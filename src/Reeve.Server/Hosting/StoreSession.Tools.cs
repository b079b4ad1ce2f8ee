using Microsoft.Extensions.Logging;
using Reeve.Core.Ports;
using Reeve.Engine.Approvals;
using Reeve.Engine.PlaybookWork;
using Reeve.Engine.Runtime;
using Reeve.Engine.Tools.Gating;
using Reeve.Engine.Tools.Kinds;
using Reeve.Engine.Tools.Kinds.CommandTools;
using Reeve.Engine.Tools.Kinds.MailTools;
using Reeve.Engine.Tools.Kinds.McpTools;
using Reeve.Engine.Tools.Kinds.WebTools;
using Reeve.Engine.Tools.Outbound;

namespace Reeve.Server.Hosting;

/// <content>How tools are reached, and plans driven.</content>
public sealed partial class StoreSession
{
    // Closed before what its calls need: it waits for those that are under way.
    private static ToolGate OpenGate(Opened opened, GatePorts ports, StoreSessionOptions options, ISecrets secrets, IRuntime runtime, ILoggerFactory loggers) => opened.Keep(new ToolGate(
        ports with { Kinds = options.ToolKinds ?? KindsOf(opened, options, secrets, loggers) }, runtime, Random.Shared.NextDouble,
        new ToolGateOptions { CallsPerTenant = options.Tools.CallsPerTenant, DrainsWithin = options.DrainsWithin }, loggers.CreateLogger("Engine.Tools")));

    private static IReadOnlyList<IToolKind> KindsOf(Opened opened, StoreSessionOptions options, ISecrets secrets, ILoggerFactory loggers)
    {
        OutboundClient outbound = opened.Keep(new OutboundClient(options.Tools.Outbound, new SystemNetwork(), options.Clock));
        return
        [
            new WebToolKind(outbound, secrets, options.Clock),
            new MailTool(options.Tools.Mail, secrets, outbound.Guard, options.Clock),
            new CommandTool(options.Tools.Programs, options.Clock, loggers.CreateLogger("Engine.Tools")),
            opened.Keep(new McpTool(options.Tools.Mcp, new ProcessPrograms(options.Clock), outbound, secrets, options.Clock)),
        ];
    }

    // Who drives plans, and looks whether people answered in time.
    private sealed class RunningPlaybooks : IAsyncDisposable
    {
        private readonly PlaybookWorker worker;
        private readonly TimeSpan within;
        private readonly TimeProvider clock;
        private readonly CancellationTokenSource cut = new();
        private readonly CancellationTokenSource stopsWatching = new();
        private readonly Task running;
        private readonly Task watching;

        internal RunningPlaybooks(PlaybookWorker worker, ApprovalWatch watch, TimeSpan within, TimeProvider clock)
        {
            this.worker = worker;
            this.within = within;
            this.clock = clock;
            running = worker.RunAsync(cut.Token);
            watching = watch.RunAsync(stopsWatching.Token);
        }

        public async ValueTask DisposeAsync()
        {
            worker.Drain();
            await stopsWatching.CancelAsync();
            try
            {
                await running.WaitAsync(within, clock);
            }
            catch (TimeoutException)
            {
                await cut.CancelAsync();
                await running;
            }

            await watching;
            cut.Dispose();
            stopsWatching.Dispose();
        }
    }
}

/// <summary>What tools of this process may reach, and how many calls may be under way.</summary>
public sealed record ToolReach
{
    /// <summary>Where requests may go.</summary>
    public OutboundOptions Outbound { get; init; } = new();

    /// <summary>The mail server of email tools; null: there is none, and they are refused.</summary>
    public MailOptions? Mail { get; init; }

    /// <summary>What command tools may run; nothing unless set.</summary>
    public CommandOptions Programs { get; init; } = new();

    /// <summary>MCP servers.</summary>
    public McpOptions Mcp { get; init; } = new();

    /// <summary>How many calls of one tenant may be under way here; 2,000.</summary>
    public int CallsPerTenant { get; init; } = new ToolGateOptions().CallsPerTenant;
}
