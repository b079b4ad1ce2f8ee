using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Governance.Access;
using Reeve.Governance.Identity;
using Reeve.Server.Hosting;
using Reeve.Storage.Backups;
using Reeve.Storage.Databases;

namespace Reeve.Load.Targets;

/// <summary>What is measured: a target, and the processes that do its work.</summary>
internal sealed class Rig : IAsyncDisposable
{
    private readonly List<IAsyncDisposable> opened = [];

    private Rig(ITarget target, IReadOnlyList<int> processes, int nodes)
    {
        Target = target;
        Processes = processes;
        Nodes = nodes;
    }

    internal ITarget Target { get; }

    /// <summary>Those of them that are on this machine and known; empty for servers that others started.</summary>
    internal IReadOnlyList<int> Processes { get; }

    internal int Nodes { get; }

    /// <summary>Backups of the store; null where other processes have it.</summary>
    internal StoreBackup? Backups { get; private init; }

    /// <summary>Whether the engine runs in this process.</summary>
    internal bool IsHere => Processes is [var only] && only == Environment.ProcessId;

    internal static async Task<Rig> OpenAsync(StoreAddress address, LoadOptions options, Payloads payloads, CancellationToken cancellationToken) =>
        options.Via == Via.Process
            ? await HereAsync(address, options, payloads, cancellationToken)
            : await OverHttpAsync(address, options, payloads, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        foreach (IAsyncDisposable item in opened)
        {
            await item.DisposeAsync();
        }
    }

    private static async Task<Rig> HereAsync(StoreAddress address, LoadOptions options, Payloads payloads, CancellationToken cancellationToken)
    {
        StoreSession session = await LoadTenants.OpenAsync(address, options, cancellationToken);
        Rig rig = new(new ProcessTarget(session, payloads, options.Tenants), [Environment.ProcessId], 1) { Backups = session.Backups };
        rig.opened.Add(session);
        return rig;
    }

    private static async Task<Rig> OverHttpAsync(StoreAddress address, LoadOptions options, Payloads payloads, CancellationToken cancellationToken)
    {
        string[] keys = new string[options.Tenants];
        await using (StoreSession session = await LoadTenants.OpenAsync(address, options, cancellationToken))
        {
            for (int i = 0; i < keys.Length; i++)
            {
                TenantId tenant = LoadTenants.Id(i);
                (_, keys[i]) = await session.Keys.CreateAsync(new KeyRequest(tenant, PrincipalKind.Service, "bench", [Roles.Operator], null), LoadTenants.Actor, cancellationToken);
            }
        }

        List<ServerProcess> servers = [];
        try
        {
            for (int i = 0; i < options.OwnNodes && options.Nodes.Count == 0; i++)
            {
                servers.Add(await ServerProcess.StartAsync(options.Store, cancellationToken));
            }
        }
        catch
        {
            foreach (ServerProcess server in servers)
            {
                await server.DisposeAsync();
            }

            throw;
        }

        IReadOnlyList<Uri> nodes = servers.Count > 0 ? [.. servers.Select(server => server.Url)] : options.Nodes;
        HttpTarget target = new(nodes, keys, options.Callers, payloads);
        Rig rig = new(target, [.. servers.Select(server => server.Id)], nodes.Count);
        rig.opened.Add(target);
        rig.opened.AddRange(servers);
        return rig;
    }
}
