using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging.Abstractions;
using Reeve.Core.Decisions;
using Reeve.Engine.Agents;
using Reeve.Engine.Pipeline;
using Reeve.Server.Hosting;
using Reeve.Storage.Databases;

namespace Reeve.Crash;

/// <summary>A server as <c>reeve serve</c> makes it, but for one agent, which ends the process when it is to decide a marked exception. No switch of the product can do that.</summary>
internal static class PoisonedHost
{
    /// <summary>The word that has this program be one.</summary>
    internal const string Word = "host";

    /// <summary>The note of the exception that kills.</summary>
    internal const string Mark = "kills whoever decides it";

    internal static async Task RunAsync()
    {
        StoreSessionOptions options = new()
        {
            MasterKeyFile = Environment.GetEnvironmentVariable("REEVE_MASTER_KEY_FILE"),
            NeedsMasterKey = true,
            RunsInbox = true,
            Workers = Environment.ProcessorCount,
            SlotLease = TimeSpan.FromSeconds(3),
            Agents = [.. ExceptionPipeline.DefaultAgents().Select(agent => agent.Stage == Stage.Triage ? new Poisoned(agent) : agent)],
        };
        StoreAddress address = StoreAddress.Parse(Environment.GetEnvironmentVariable("REEVE__STORE")!, "/"); // not null: whoever starts it sets it
        await using StoreSession session = await StoreSession.OpenAsync(address, options, NullLoggerFactory.Instance, CancellationToken.None);
        await using WebHost server = await WebHost.StartAsync(session, new WebHostOptions { Urls = ["http://127.0.0.1:0"] }, NullLoggerFactory.Instance, CancellationToken.None);
        session.Lock?.Announce(server.Addresses[0]);
        using CancellationTokenSource stop = new();
        using PosixSignalRegistration terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
        {
            signal.Cancel = true;
            stop.Cancel();
        });
        Console.WriteLine($"It answers at {server.Addresses[0]}");
        await server.RunAsync(stop.Token);
    }

    private sealed class Poisoned(IStageAgent agent) : IStageAgent
    {
        public Stage Stage => agent.Stage;

        public IReadOnlyList<EvidenceRequest> Ask(AgentMessage message, IReadOnlyList<Evidence> evidence) => agent.Ask(message, evidence);

        public AgentDecision Decide(AgentMessage message, IReadOnlyList<Evidence> evidence)
        {
            if (message.Exception.RawPayload["note"].ToString().Contains(Mark, StringComparison.Ordinal))
            {
                Environment.FailFast("A marked exception is to be decided.");
            }

            return agent.Decide(message, evidence);
        }
    }
}
