using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Reeve.Commands.Places;
using Reeve.Core.Errors;
using Reeve.Core.Events;
using Reeve.Core.Values;
using Reeve.Core.Wording;
using Reeve.Governance.Access;
using Reeve.Governance.Holds;
using Reeve.Server.Hosting;
using Reeve.Storage.Backups;
using Reeve.Storage.Databases;
using Reeve.Storage.Ledger;

namespace Reeve.Commands.Safekeeping;

/// <summary><c>reeve restore</c>: puts a backup in a store's place, on hold; or puts a database on hold that was restored by its own means (EX-SCALE-6).</summary>
internal static class RestoreCommand
{
    internal static Command Build(CommandContext context)
    {
        Argument<string?> file = new("file") { Description = "What 'reeve backup' wrote.", HelpName = "file", Arity = ArgumentArity.ZeroOrOne };
        Option<bool> force = new("--force") { Description = "Replace the store that is there; it is kept beside the new one." };
        Option<bool> mark = new("--mark") { Description = "Restore nothing: put a database on hold that was restored by its own means, before a server uses it." };
        Option<string?> reason = new("--reason") { Description = "With --mark: what was restored, and from when." };
        Option<string?> store = StoreAccess.Option();
        Option<OutputFormat> format = SharedOptions.Format(OutputFormat.Table, OutputFormat.Json);
        Command command = new("restore", "Put a backup in the store's place, on hold until a person resumes.") { file, force, mark, reason, store, format };
        command.Validators.Add(result =>
        {
            if (result.GetValue(mark) == result.GetValue(file) is not null)
            {
                result.AddError("Give either a file to restore or --mark.");
            }
            else if (result.GetValue(mark) != result.GetValue(reason) is not null)
            {
                result.AddError("--mark and --reason TEXT go together.");
            }
            else if (result.GetValue(mark) && result.GetValue(force))
            {
                result.AddError("--mark replaces nothing: leave --force out.");
            }
        });
        command.SetAction((call, cancellationToken) => call.GetValue(mark)
            ? StoreAccess.RunAsync(context, call.GetValue(store), new StoreUse { LeavesInbox = true }, session => MarkAsync(context, session, call.GetValue(reason)!, call.GetValue(format), cancellationToken), cancellationToken) // not null: the validator saw it
            : RestoreAsync(context, call.GetValue(file)!, StoreAccess.AddressOf(context, call.GetValue(store)), call.GetValue(force), call.GetValue(format), cancellationToken)); // not null: nor this
        return command;
    }

    private static async Task<int> RestoreAsync(CommandContext context, string file, StoreAddress store, bool force, OutputFormat format, CancellationToken cancellationToken)
    {
        RestoreReport done;
        using (CopyTalk talk = new(context))
        {
            StoreRestore restore = new(Product.Version, context.Clock, context.Loggers.CreateLogger("Storage.Committing"));
            done = await restore.RestoreAsync(context.FullPathOf(file), store, force, context.Actor, talk.Tell, cancellationToken);
        }

        if (format == OutputFormat.Json)
        {
            Listing.WriteIndented(context.Output, Value.Of(ObjectMap.Of(
                ("store", Value.Of(store.Masked)),
                ("bytes", Value.Of(done.Bytes)),
                ("position", Value.Of(done.Position.ToString())),
                ("copiedAt", Listing.Time(done.CopiedAt)),
                ("kept", done.Kept is { } kept ? Value.Of(kept) : Value.Null),
                ("migrated", Listing.Texts(done.Migrated)),
                ("onHold", Value.Of(true)))));
        }
        else
        {
            context.Output.WriteLine(Shown.Line(store.Target));
        }

        Explain(context, store, done);
        return Terminal.Done;
    }

    // What a person has to know and do now: nothing in the store can know it.
    private static void Explain(CommandContext context, StoreAddress store, RestoreReport done)
    {
        string at = StoreAccess.Repeated(context);
        string copied = done.CopiedAt is { } known ? TimeText.Timestamp(known) : "an unknown time";
        Say($"Restored {(done.Bytes / (1024.0 * 1024)).ToString("N1", CultureInfo.InvariantCulture)} MiB as of {copied}, up to commit {done.Position}. The store is on hold: intake and decisions go on, nothing is sent.");
        if (done.Kept is { } kept)
        {
            Say($"The store that was there is {kept}. Delete it when it is no longer needed.");
        }

        Say("Now:");
        if (!OperatingSystem.IsWindows() && Environment.IsPrivilegedProcess)
        {
            Say($"  0. The file belongs to root. Where the server runs as another user, give that user {store.Target} and {store.Target}.lock (chown), or it cannot open them.");
        }

        Say($"  1. Have the master key of the store that was backed up at {context.Settings.Value.MasterKeyFile ?? store.Target + ".key"}; without it a server does not start.");
        Say($"  2. Look what is missing: reeve audit verify{at} --heads FILE, with heads that were kept elsewhere.");
        Say("  3. Do again what was done since: revoke keys, erase, activate packs. A backup brings back what was there.");
        Say("  4. Compare with the systems outside what they were told since.");
        Say($"  5. Then: reeve resume{at} --reason TEXT");

        void Say(string line) => context.Error.WriteLine(Shown.Line(line));
    }

    private static async Task<int> MarkAsync(CommandContext context, StoreSession session, string reason, OutputFormat format, CancellationToken cancellationToken)
    {
        AccessRules.Demand(context.Actor, Permission.Platform);
        ReaderPosition position = await new SqlReaderStore(session.Database, upkeep: null).HeadAsync(cancellationToken);
        Hold placed = await session.Holds.PlaceRestoredAsync(new Restoration(CopiedAt: null, position), reason, context.Actor, cancellationToken);
        if (format == OutputFormat.Json)
        {
            Listing.WriteIndented(context.Output, Value.Of(HoldRows.Row(placed)));
        }

        context.Error.WriteLine(Shown.Line($"{session.Database.Address.Masked} is on hold from commit {position} on: intake and decisions go on, nothing is sent until 'reeve resume --reason TEXT'."));
        return Terminal.Done;
    }
}
