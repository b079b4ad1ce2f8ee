using System.CommandLine;
using Reeve.Commands.Places;
using Reeve.Core.Errors;
using Reeve.Core.Values;
using Reeve.Core.Wording;
using Reeve.Governance.Holds;
using Reeve.Server.Hosting;
using Reeve.Server.LocalCommands;
using Reeve.Storage.Databases;

namespace Reeve.Commands.Serving;

/// <summary><c>reeve serve</c>: the HTTP API on a store, until it is told to stop.</summary>
internal static class ServeCommand
{
    private const string UsualUrl = "http://localhost:8000";

    internal static Command Build(CommandContext context)
    {
        Option<string[]> urls = new("--urls") { Description = "Where to listen: http://HOST:PORT, several times for several. Another host than this machine's own is reachable by others.", DefaultValueFactory = _ => [UsualUrl] };
        urls.Validators.Add(result =>
        {
            foreach (string url in result.Tokens.SelectMany(token => token.Value.Split(';')))
            {
                if (Read(url) is null)
                {
                    result.AddError($"--urls: '{Shown.Short(url, 100)}' is no address. Write it like http://127.0.0.1:8000; TLS ends at the proxy before Reeve.");
                }
            }
        });
        Option<string?> store = StoreAccess.Option();
        Option<bool> demo = new("--demo") { Description = "Make the tenants of the sample packs, decide their samples, and print a key for each." };
        Option<bool> dev = new("--dev") { Description = "Accept a database role that could bypass row-level security. For development only." };
        Option<string?> watch = new("--watch-packs") { Description = "A folder of packs, one folder per domain, whose changes become the active versions; else the setting packs.watch.", HelpName = "folder" };
        Command command = new("serve", "Serve the HTTP API on a store.") { urls, store, demo, dev, watch };
        command.SetAction((call, cancellationToken) =>
        {
            string[] given = [.. call.GetValue(urls)!.SelectMany(url => url.Split(';')).Select(url => Read(url)!)]; // not null: the validator read them
            return ServeAsync(context, new ServeArguments(given, StoreAccess.AddressOf(context, call.GetValue(store)), call.GetValue(demo), call.GetValue(dev))
            {
                WatchedFolder = call.GetValue(watch) is { } folder ? context.FullPathOf(folder) : context.Settings.Value.PackWatch,
            }, cancellationToken);
        });
        return command;
    }

    private static async Task<int> ServeAsync(CommandContext context, ServeArguments arguments, CancellationToken cancellationToken)
    {
        // The command line ends the process at once on a signal that comes before it was given a task to wait for; a file is opened, and served, without one.
        await Task.Yield();
        ReeveSettings settings = context.Settings.Value;
        StoreSessionOptions options = new()
        {
            MasterKeyFile = settings.MasterKeyFile,
            Secrets = settings.Secrets,
            SlotLease = settings.SlotLease,
            Queues = settings.Queues,
            Workers = Environment.ProcessorCount,
            AcceptsUnsafeRole = arguments.AcceptsUnsafeRole,
            NeedsMasterKey = true,
            RunsInbox = true,
            ChecksFile = true,
            DrainsWithin = settings.Drain / 5,
            CloseWithin = settings.Drain / 5,
            PackCache = settings.PackCache,
            Tools = settings.Reach,
            Clock = context.Clock,
        };
        if (arguments.WatchedFolder is { } watched && !Directory.Exists(watched))
        {
            throw new ReeveException(new ReeveError(ErrorCatalogue.Input.FileUnreadable, "There is no such folder.", watched, nextStep: "Make it, or correct --watch-packs or packs.watch."));
        }

        using IDisposable signals = SecondSignal.Watch();
        await using ClosingStore closing = new(await StoreSession.OpenAsync(arguments.Store, options, context.Loggers, cancellationToken), settings.Drain * 2 / 5, context);
        StoreSession session = closing.Session;
        await session.SetSchedulesAsync(cancellationToken);
        IReadOnlyList<DemoTenant> tenants = arguments.WithDemo ? await new DemoTenants(session, context.Actor, context.Clock).PrepareAsync(cancellationToken) : [];
        await using PackUpkeep upkeep = PackUpkeep.Start(session, arguments.WatchedFolder, context.Clock, context.Loggers);
        CommandServer commands = new(session, context);
        WebHostOptions web = new()
        {
            Urls = arguments.Urls,
            PackFolders = settings.PackFolders,
            DrainDeadline = settings.Drain,
            RunsSchedules = true,
            Clock = context.Clock,
            MoreRoutes = routes =>
            {
                if (session.Lock is { } held)
                {
                    routes.MapLocalCommands(held.Token, commands.RunAsync);
                }
            },
        };

        // Once it answers, nothing is waited for that may be stopped or fail: from there on it ends in order, and in no other way.
        IReadOnlyList<Hold> holds = await session.Holds.ListAsync(cancellationToken);
        await using WebHost server = await WebHost.StartAsync(session, web, context.Loggers, cancellationToken);
        session.Lock?.Announce(LocalUrl(server.Addresses));
        Uri shown = server.Addresses[0];
        context.Output.WriteLine($"Reeve {Product.Version} answers at {string.Join(", ", server.Addresses.Select(address => address.ToString().TrimEnd('/')))}");
        context.Output.WriteLine(Shown.Line($"  store   {session.Database.Address.Masked}"));
        foreach (Hold hold in holds)
        {
            context.Output.WriteLine(Shown.Line($"  on hold {(hold.IsForAll ? "every tenant" : hold.Scope)} since {TimeText.Timestamp(hold.Since)}: {hold.Reason}"));
        }

        if (arguments.WatchedFolder is { } folder)
        {
            context.Output.WriteLine(Shown.Line($"  watches {folder}"));
        }

        if (arguments.WithDemo)
        {
            DemoText.Print(context, shown, tenants);
        }

        context.Output.Flush();
        await server.RunAsync(cancellationToken);

        // Whoever comes now waits for the lock instead of asking.
        session.Lock?.Announce(null);
        return Terminal.Done;
    }

    // Where other processes of this machine reach it: the loopback interface, or every interface.
    private static Uri? LocalUrl(IReadOnlyList<Uri> addresses)
    {
        foreach (Uri address in addresses)
        {
            if (address.IsLoopback)
            {
                return address;
            }

            if (address.Host is "0.0.0.0" or "[::]")
            {
                return new UriBuilder(address) { Host = address.Host == "0.0.0.0" ? "127.0.0.1" : "[::1]" }.Uri;
            }
        }

        return null;
    }

    // Null for what is no address to listen on.
    private static string? Read(string text)
    {
        string url = text.Trim().TrimEnd('/');
        string plain = url.Replace("//*:", "//0.0.0.0:", StringComparison.Ordinal).Replace("//+:", "//0.0.0.0:", StringComparison.Ordinal);
        if (!Uri.TryCreate(plain, UriKind.Absolute, out Uri? read) || read.Scheme != "http" || read.PathAndQuery != "/" || read.UserInfo.Length > 0)
        {
            return null;
        }

        // The framework takes a free port of one interface only; localhost is two.
        return read is { Port: 0, Host: "localhost" } ? "http://127.0.0.1:0" : plain;
    }
}

/// <summary>The arguments of <c>reeve serve</c>.</summary>
internal sealed record ServeArguments(IReadOnlyList<string> Urls, StoreAddress Store, bool WithDemo, bool AcceptsUnsafeRole)
{
    /// <summary>The folder of packs that is watched, a full path; null: none.</summary>
    internal string? WatchedFolder { get; init; }
}
