using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Reeve.Commands.Places;
using Reeve.Commands.Serving;
using Reeve.Core.Errors;
using Reeve.Storage.Databases;

namespace Reeve.Commands.Examination;

/// <summary>What can be told without the store: the runtime, the system, the settings, the disk, the port, the packs that came along.</summary>
internal static class MachineChecks
{
    private const int LeastRuntime = 10;
    private const long LowDisk = 1L << 30;
    private const long NoDisk = 64L << 20;

    internal static IEnumerable<Check> Of(CommandContext context, StoreAddress? address, int port)
    {
        yield return Check.Of("runtime", Runtime);
        yield return Check.Of("system", OperatingSystemHas);
        yield return Check.Of("configuration", () => Configuration(context));
        if (address is { Dialect: Dialect.Sqlite })
        {
            yield return Check.Of("disk", () => Disk(address.Target));
        }

        if (context.Held is null)
        {
            yield return Check.Of("port", () => Port(port));
        }

        yield return Check.Of("sample packs", SamplePacks);
    }

    private static Finding Runtime() => Environment.Version.Major >= LeastRuntime
        ? Finding.Pass($".NET {Environment.Version}")
        : new Finding(Health.Failure, $".NET {Environment.Version}", "Install the .NET 10 runtime.");

    // Calendars and time zones of packs are read from the system's database.
    private static Finding OperatingSystemHas() => TimeZoneInfo.TryFindSystemTimeZoneById("Europe/London", out _)
        ? Finding.Pass($"{RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}, with time zones")
        : new Finding(Health.Failure, $"{RuntimeInformation.OSDescription} has no time-zone database.", "Install the package tzdata.");

    private static Finding Configuration(CommandContext context)
    {
        try
        {
            ReeveSettings settings = context.Settings.Value;
            string[] missing = [.. settings.PackFolders.Where(folder => !Directory.Exists(folder))];
            return missing.Length == 0
                ? Finding.Pass(settings.Store is null ? "no store is set: a file in the data folder" : "a store is set")
                : new Finding(Health.Warning, $"A pack folder is not there: {missing[0]}", "Make the folder, or correct packs.folders.");
        }
        catch (ReeveException fault)
        {
            IReadOnlyList<ReeveError> errors = Terminal.Errors(fault);
            return new Finding(Health.Failure, string.Join(" ", errors.Select(error => error.ToString())), errors[0].NextStep);
        }
    }

    private static Finding Disk(string file)
    {
        string? folder = Path.GetDirectoryName(file);
        while (folder is not null && !Directory.Exists(folder))
        {
            folder = Path.GetDirectoryName(folder);
        }

        long free = new DriveInfo(folder ?? Path.GetPathRoot(file)!).AvailableFreeSpace; // not null: an address is a full path
        string message = $"{free / (1024 * 1024):N0} MiB free at {folder}";
        return free >= LowDisk ? Finding.Pass(message)
            : new Finding(free >= NoDisk ? Health.Warning : Health.Failure, message, "Free disk space, or move the store.");
    }

    private static Finding Port(int port)
    {
        try
        {
            using TcpListener listener = new(IPAddress.Loopback, port);
            listener.Start();
            return Finding.Pass($"{port} is free");
        }
        catch (SocketException)
        {
            return new Finding(Health.Warning, $"Something listens on port {port} already.", $"If that is not Reeve: reeve serve --urls http://127.0.0.1:{port + 1}.");
        }
    }

    private static Finding SamplePacks() => Directory.Exists(DemoTenants.PackFolder)
        ? Finding.Pass(DemoTenants.PackFolder)
        : new Finding(Health.Warning, "The sample packs did not come along.", "Build again; without them, start an empty server: reeve serve.");
}
