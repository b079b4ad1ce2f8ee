using Reeve.Core.Wording;

namespace Reeve.Commands.PackVerbs.Trying;

/// <summary>One line that says how far long work has come, drawn over itself, and gone when the work is done; nothing of short work. Thread-safe.</summary>
internal sealed class PassingLine(CommandContext context, string what) : IDisposable
{
    // Shorter work needs no talk, and nobody reads faster than five times a second.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly long begun = context.Clock.GetTimestamp();
    private readonly Lock drawing = new();
    private TimeSpan drawn = Patience - Pause;
    private int width;

    /// <summary>So many are done of so many.</summary>
    internal void Tell(int done, int all)
    {
        lock (drawing)
        {
            TimeSpan now = context.Clock.GetElapsedTime(begun);
            if (context.Passing is not { } terminal || now < drawn + Pause)
            {
                return;
            }

            drawn = now;
            string line = Shown.Line($"{what}{done} of {all}");
            terminal.Write($"\r{line.PadRight(width)}");
            width = line.Length;
        }
    }

    /// <summary>Takes the line away, whether the work came to its end or not.</summary>
    public void Dispose()
    {
        lock (drawing)
        {
            if (width > 0)
            {
                context.Passing!.Write($"\r{new string(' ', width)}\r"); // not null: something was drawn
                width = 0;
            }
        }
    }
}
