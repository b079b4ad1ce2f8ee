using System.Diagnostics;

namespace Reeve.Crash;

/// <summary>Rounds until enough were killed or something was found. A round is a store, its nodes, clients, faults at random, rest, and a check of everything.</summary>
internal sealed class Campaign(CrashOptions options, TextWriter progress, TimeProvider clock)
{
    // A node that is frozen for longer than its lease (3 s) and what others need to notice it (4 s) finds its slots taken.
    private const int LongestFreezeMs = 9_000;

    private static readonly TimeSpan EndsWithin = TimeSpan.FromMinutes(3);

    /// <exception cref="IOException">Something that is needed is not there.</exception>
    internal async Task<CrashReport> RunAsync(CancellationToken cancellationToken)
    {
        CrashReport report = CrashReport.Open(options);
        long began = clock.GetTimestamp();
        double before = report.Seconds;
        await using OwnServer? own = options.Store == "postgres" ? await OwnServer.StartAsync(cancellationToken) : null;
        string? superuser = options.IsFile ? null : own?.Superuser ?? options.Store["postgres:".Length..];
        progress.WriteLine($"{options.Name}{(report.Rounds > 0 ? $", behind round {report.Rounds}, {report.Kills} kills" : "")}");
        while (report.Kills < options.Kills && report.Findings.Count == 0 && !(clock.GetElapsedTime(began) >= options.Within))
        {
            int seed = options.Seed + report.Rounds;
            await RoundAsync(report, seed, superuser, own, cancellationToken);
            report.Rounds++;
            report.Seconds = before + clock.GetElapsedTime(began).TotalSeconds;
            progress.WriteLine($"  round {report.Rounds}, seed {seed}: {report.Kills} kills, {report.Acknowledged:N0} acknowledged, {report.Checked:N0} checked, {report.Findings.Count} findings, {report.Seconds:N0} s");
            if (report.Findings.Count == 0)
            {
                report.Keep(options.State);
            }
        }

        return report;
    }

    private async Task RoundAsync(CrashReport report, int seed, string? superuser, OwnServer? own, CancellationToken cancellationToken)
    {
        CrashStore store = await CrashStore.CreateAsync(options, superuser, seed, cancellationToken);
        await using CrashStore kept = store;
        List<Node> nodes = [.. Enumerable.Range(0, options.Nodes).Select(_ => new Node(store, Node.Serves))];
        try
        {
            foreach (Node node in nodes)
            {
                await StartAsync(report, node, store.IsFile, cancellationToken);
            }

            using Senders senders = new(store, nodes, seed);
            using CancellationTokenSource given = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            Task[] running = [.. Enumerable.Range(0, options.Callers).Select(sender => senders.RunAsync(sender, given.Token))];
            await HurtAsync(report, new Random(seed), new Scene(store, nodes, own), senders, cancellationToken);
            senders.End();
            try
            {
                await Task.WhenAll(running).WaitAsync(EndsWithin, cancellationToken);
            }
            catch (TimeoutException)
            {
                report.Findings.Add($"{running.Count(task => !task.IsCompleted)} requests were not acknowledged within {EndsWithin.TotalMinutes:N0} minutes after the last fault");
                await given.CancelAsync();
            }

            report.Requests += senders.Requests;
            report.Retries += senders.Retries;
            report.Acknowledged += senders.Acknowledged.Count;
            await new StoreCheck(store, senders, report).RunAsync(cancellationToken);
            foreach (Node node in nodes)
            {
                NoteEnded(report, node);
                await DrainAsync(report, node);
            }

            await new StoreCheck(store, senders, report).AfterStopAsync(cancellationToken);
        }
        finally
        {
            foreach (Node node in nodes)
            {
                await node.DisposeAsync();
            }

            if (report.Findings.Count > 0)
            {
                store.IsKept = true;
                own?.Keep();
                progress.WriteLine($"FAILED  seed {seed}, after {report.Kills} kills in all; kept: {store.Place}{(own is null ? "" : $" in {own.Folder}")}");
                report.Findings.ForEach(finding => progress.WriteLine("        " + finding));
                progress.WriteLine("        again: " + options.Again(seed));
            }
        }
    }

    private async Task HurtAsync(CrashReport report, Random dice, Scene scene, Senders senders, CancellationToken cancellationToken)
    {
        int last = Math.Min(options.Kills, report.Kills + options.KillsPerRound);

        // A node that has just begun on PostgreSQL receives first; later, until the first kill, nodes decide first.
        await Task.Delay(options.Quiet * dice.NextDouble(), cancellationToken);
        while (report.Kills < last)
        {
            scene.Nodes.ForEach(node => NoteEnded(report, node));
            if (senders.Findings.Count > 0 || report.Findings.Count > 0)
            {
                break;
            }

            Node victim = scene.Nodes[dice.Next(scene.Nodes.Count)];
            await scene.StartedAsync(victim);
            await FaultAsync(report, dice, scene, victim, last, cancellationToken);
            await Task.Delay(TimeSpan.FromMilliseconds(dice.Next(200, 2_000)), cancellationToken);
        }

        await Task.WhenAll(scene.Nodes.Select(scene.StartedAsync));
        report.Findings.AddRange(senders.Findings);
    }

    private static async Task FaultAsync(CrashReport report, Random dice, Scene scene, Node victim, int last, CancellationToken cancellationToken)
    {
        bool isAlone = scene.Nodes.Count == 1;
        bool mayHitTwo = report.Kills + 2 <= last;
        switch (dice.Next(100))
        {
            case < 8:
                report.Count("freeze");
                victim.Stop();
                await Task.Delay(TimeSpan.FromMilliseconds(dice.Next(500, isAlone ? 2_000 : LongestFreezeMs)), cancellationToken);
                victim.Resume();
                break;
            case < 14:
                report.Count("drain");
                await DrainAsync(report, victim);
                Restart(victim);
                break;
            case < 20 when !scene.Store.IsFile:
                report.Count("connections-cut");
                await scene.Store.CutAsync(cancellationToken);
                break;
            case < 24 when scene.Own is not null:
                report.Count("database-restart");
                await scene.Own.RestartAsync(cancellationToken);
                break;
            case < 34 when !isAlone && mayHitTwo:
                report.Count("kill-two", kills: 2);
                Node other = scene.Nodes[(scene.Nodes.IndexOf(victim) + 1 + dice.Next(scene.Nodes.Count - 1)) % scene.Nodes.Count];
                await scene.StartedAsync(other);
                await Task.WhenAll(victim.KillAsync(), other.KillAsync());
                Restart(victim);
                Restart(other);
                break;
            case < 40 when mayHitTwo:
                // The second one hits what the start takes over.
                report.Count("kill-at-start", kills: 2);
                await victim.KillAsync();
                await KillWhileStartingAsync(victim, TimeSpan.FromMilliseconds(dice.Next(300, 1_500)), cancellationToken);
                Restart(victim);
                break;
            case < 46 when scene.Own is not null:
                report.Count("kill-in-restart", kills: 1);
                Task restarted = scene.Own.RestartAsync(cancellationToken);
                await victim.KillAsync();
                Restart(victim);
                await restarted;
                break;
            default:
                report.Count("kill", kills: 1);
                await victim.KillAsync();
                await Task.Delay(TimeSpan.FromMilliseconds(!isAlone && dice.Next(3) == 0 ? dice.Next(5_000) : 0), cancellationToken);
                Restart(victim);
                break;
        }

        // The only node is waited for; while one of several starts, the others are hit.
        if (isAlone)
        {
            await scene.StartedAsync(victim);
        }

        void Restart(Node node) => scene.Starting[node] = StartAsync(report, node, scene.Store.IsFile, cancellationToken);
    }

    private static async Task DrainAsync(CrashReport report, Node node)
    {
        int code = await node.DrainAsync();
        if (code != 0)
        {
            report.Find($"a node that was told to stop ended with {code}: {node.LastWords}");
        }
    }

    private static async Task KillWhileStartingAsync(Node victim, TimeSpan after, CancellationToken cancellationToken)
    {
        Task<bool> starting = victim.StartAsync(cancellationToken);
        await Task.WhenAny(starting, Task.Delay(after, cancellationToken));
        await victim.KillAsync();
        await starting;
    }

    // As whoever supervises processes does. A start that finds the database away fails in order, and is tried again; one on a file does not fail.
    private static async Task StartAsync(CrashReport report, Node node, bool isFile, CancellationToken cancellationToken)
    {
        const int Most = 20;
        for (int i = 0; !await node.StartAsync(cancellationToken); i++)
        {
            if (isFile || i == Most)
            {
                report.Find($"a node did not start: {node.LastWords}");
                return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(300), cancellationToken);
        }
    }

    private static void NoteEnded(CrashReport report, Node node)
    {
        if (node.EndedAlone is { } how)
        {
            report.Find($"a node ended by itself {how}");
        }
    }

    private sealed record Scene(CrashStore Store, List<Node> Nodes, OwnServer? Own)
    {
        internal Dictionary<Node, Task> Starting { get; } = [];

        internal Task StartedAsync(Node node) => Starting.GetValueOrDefault(node, Task.CompletedTask);
    }
}
