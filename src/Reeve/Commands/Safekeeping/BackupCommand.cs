using System.CommandLine;
using System.Globalization;
using Reeve.Commands.Places;
using Reeve.Core.Values;
using Reeve.Core.Wording;
using Reeve.Storage.Backups;

namespace Reeve.Commands.Safekeeping;

/// <summary><c>reeve backup</c>: one file with all of a SQLite store, while it is in use (EX-SCALE-6).</summary>
internal static class BackupCommand
{
    internal static Command Build(CommandContext context)
    {
        Argument<string> file = new("file") { Description = "The file to write. It is there only when it is whole.", HelpName = "file" };
        Option<bool> force = new("--force") { Description = "Replace the backup that is there, once the new one is whole." };
        Option<string?> store = StoreAccess.Option();
        Option<OutputFormat> format = SharedOptions.Format(OutputFormat.Table, OutputFormat.Json);
        Command command = new("backup", "Copy a SQLite store into one file, while it is in use.") { file, force, store, format };
        command.SetAction((call, cancellationToken) => StoreAccess.RunAsync(context, call.GetValue(store), new StoreUse { LeavesInbox = true }, async session =>
        {
            BackupReport made;
            using (CopyTalk talk = new(context))
            {
                made = await session.Backups.WriteAsync(context.FullPathOf(call.GetValue(file)!), call.GetValue(force), talk.Tell, cancellationToken); // not null: it is required
            }

            if (call.GetValue(format) == OutputFormat.Json)
            {
                Listing.WriteIndented(context.Output, Value.Of(Row(made)));
            }
            else
            {
                context.Output.WriteLine(Shown.Line(made.Path));
            }

            context.Error.WriteLine(Shown.Line(string.Create(
                CultureInfo.InvariantCulture,
                $"{made.Bytes / (1024.0 * 1024):N1} MiB in {made.Took.TotalSeconds:N1} s, up to commit {made.Position}; no commit waited longer than {made.LongestSlice.TotalMilliseconds:N1} ms. Keep the master key elsewhere: it is not in it.")));
            return Terminal.Done;
        }, cancellationToken));
        return command;
    }

    private static ObjectMap Row(BackupReport made) => ObjectMap.Of(
        ("file", Value.Of(made.Path)),
        ("bytes", Value.Of(made.Bytes)),
        ("pages", Value.Of(made.Pages)),
        ("seconds", Value.Of(Math.Round(made.Took.TotalSeconds, 3))),
        ("slices", Value.Of(made.Slices)),
        ("longestSliceMs", Value.Of(Math.Round(made.LongestSlice.TotalMilliseconds, 3))),
        ("position", Value.Of(made.Position.ToString())),
        ("copiedAt", Listing.Time(made.CopiedAt)));
}
