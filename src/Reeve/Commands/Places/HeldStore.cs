using Reeve.Core.Errors;
using Reeve.Server.Hosting;
using Reeve.Server.LocalCommands;
using Reeve.Storage.Databases;
using Reeve.Storage.Locks;

namespace Reeve.Commands.Places;

/// <summary>
/// A store that another process may hold. A holder that serves does the whole command; one that does not, a command like this
/// one, is waited for, because it will be done soon.
/// </summary>
internal sealed class HeldStore(CommandContext context, StoreAddress address, StoreUse use)
{
    // As long as somebody at a terminal waits without wondering; a run of hours is told at once by what is printed.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Opens the store and acts, or has the holder do the command.</summary>
    /// <exception cref="ReeveException">STORE-002 when there is none and the command makes none; STORE-003 when another process keeps it for longer than anybody waits.</exception>
    internal async Task<int> RunAsync(Func<StoreSession, Task<int>> act, CancellationToken cancellationToken)
    {
        // A mistyped path must not be answered from an empty store that was made for it.
        if (!use.MayCreate && address.Dialect == Dialect.Sqlite && !File.Exists(address.Target))
        {
            throw new ReeveException(new ReeveError(
                ErrorCatalogue.Storage.Unavailable, "There is no such store.", address.Masked,
                nextStep: "Check the path. 'reeve run', 'reeve serve', 'reeve tenants create' and 'reeve db migrate' make a store."));
        }

        long begun = context.Clock.GetTimestamp();
        bool isTold = false;
        while (true)
        {
            StoreSession session;
            try
            {
                session = await StoreSession.OpenAsync(address, Options(), context.Loggers, cancellationToken);
            }
            catch (ReeveException fault) when (fault.Error.Kind == ErrorCatalogue.Storage.InUse)
            {
                StoreHolder? holder = StoreLock.Read(address);
                if (holder?.Url is { } url && await SendAsync(url, holder.Token, cancellationToken) is { } code)
                {
                    return code;
                }

                if (context.Clock.GetElapsedTime(begun) > Patience)
                {
                    throw;
                }

                if (!isTold && holder is not null)
                {
                    isTold = true;
                    context.Error.WriteLine($"Waiting for process {holder.ProcessId}, which uses the store.");
                }

                await Task.Delay(Pause, context.Clock, cancellationToken);
                continue;
            }

            await using (session)
            {
                return await act(session);
            }
        }
    }

    private StoreSessionOptions Options()
    {
        ReeveSettings settings = context.Settings.Value;
        return new StoreSessionOptions
        {
            MasterKeyFile = settings.MasterKeyFile,
            Secrets = settings.Secrets,
            SlotLease = settings.SlotLease,
            Queues = settings.Queues,
            Workers = use.Workers,
            NeedsMasterKey = use.NeedsMasterKey,
            LeavesInbox = use.LeavesInbox,
            PackCache = settings.PackCache,
            Tools = settings.Reach,
            Clock = context.Clock,
        };
    }

    private async Task<int?> SendAsync(Uri holder, string token, CancellationToken cancellationToken)
    {
        LocalCommand command = new() { Words = context.Words, Folder = context.FullPathOf(".") };
        await using Stream input = use.ReadsInput ? context.OpenInput() : Stream.Null;
        await using Stream output = Terminal.OutputStream(context);
        await using Stream error = new TextStream(context.Error);
        return await LocalCommandClient.SendAsync(holder, token, command, new LocalStreams(input, output, error), cancellationToken);
    }
}
