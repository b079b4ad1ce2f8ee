using System.Runtime.InteropServices;
using System.Text.Json;
using Reeve.Core.Errors;
using Reeve.Crash;

const string usage = """
    Kills servers under load, again and again, and checks what they acknowledged: all of it is there once and decided, the log is whole, nothing is
    stuck. In rounds, each on a store of its own. Ends with 3 after the first round with a finding, whose store is kept.

      --store STORE    sqlite:FOLDER, postgres:CONNECTION (a superuser's), or postgres: a server that is started, restarted and removed (Linux)
      --nodes K        how many servers share the store (3 on PostgreSQL; 1 on a file)
      --kills N        how many kills (100)
      --round N        how many of them in one round (20)
      --minutes M      begin no round after so many minutes
      --seed S         of the first round (1); the next has the next
      --state FILE     remember finished rounds, and go on behind them
      --callers N      how many send at once (8)
      --poison         instead: one exception of 256 that kills whoever decides it
      -o json          the report as one JSON object

    A seed fixes what is sent, who is hit, how and when; what the machine makes of that is not the same twice.
    """;

// The same server as `reeve serve`, but for one agent: how `--poison` kills.
if (args is [PoisonedHost.Word])
{
    await PoisonedHost.RunAsync();
    return 0;
}

CrashOptions options;
try
{
    options = CrashOptions.Read(args);
}
catch (FormatException fault)
{
    Console.Error.WriteLine($"crash: {fault.Message}");
    Console.Error.WriteLine(usage);
    return 2;
}

if (!OperatingSystem.IsLinux())
{
    Console.Error.WriteLine("crash: signals are sent as Linux numbers them; run it there.");
    return 2;
}

using CancellationTokenSource stop = new();
Console.CancelKeyPress += (_, pressed) => Stop(() => pressed.Cancel = true);
using PosixSignalRegistration terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => Stop(() => signal.Cancel = true));
try
{
    CrashReport report = options.Poison
        ? await new PoisonRound(options, Console.Error).RunAsync(stop.Token)
        : await new Campaign(options, Console.Error, TimeProvider.System).RunAsync(stop.Token);
    Console.WriteLine(options.Json ? report.ToJson() : report.ToText());
    return report.Findings.Count == 0 ? 0 : 3;
}
catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or InvalidDataException or JsonException or ReeveException or System.Data.Common.DbException or TimeoutException)
{
    Console.Error.WriteLine($"crash: {fault.Message}");
    return 2;
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    Console.Error.WriteLine("crash: stopped; --state goes on behind the last round that ended.");
    return 1;
}

void Stop(Action keepRunning)
{
    keepRunning();
    stop.Cancel();
}
