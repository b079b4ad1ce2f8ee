using System.Globalization;
using Reeve.Core.Wording;
using Reeve.Storage.Backups;

namespace Reeve.Commands.Safekeeping;

/// <summary>Says on standard error how far a copy has come: a line drawn over itself where somebody looks, else a line every ten seconds. Nothing of short work. Thread-safe.</summary>
internal sealed class CopyTalk(CommandContext context) : IDisposable
{
    private const double Mebibyte = 1 << 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Often = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Seldom = TimeSpan.FromSeconds(10);

    private readonly Lock talking = new();
    private readonly long begun = context.Clock.GetTimestamp();
    private TimeSpan? said;
    private int width;

    internal void Tell(BackupProgress progress)
    {
        lock (talking)
        {
            TimeSpan now = context.Clock.GetElapsedTime(begun);
            if (now < Patience || now < said + (context.Passing is null ? Seldom : Often))
            {
                return;
            }

            said = now;
            string line = Shown.Line(string.Create(CultureInfo.InvariantCulture, $"{progress.What}: {progress.Done / Mebibyte:N0} of {progress.All / Mebibyte:N0} MiB"));
            if (context.Passing is { } terminal)
            {
                terminal.Write($"\r{line.PadRight(width)}");
                width = line.Length;
            }
            else
            {
                context.Error.WriteLine(line);
            }
        }
    }

    public void Dispose()
    {
        lock (talking)
        {
            if (width > 0)
            {
                context.Passing!.Write($"\r{new string(' ', width)}\r"); // not null: something was drawn
                width = 0;
            }
        }
    }
}
