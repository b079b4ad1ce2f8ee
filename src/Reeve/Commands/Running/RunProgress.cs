using Spectre.Console;

namespace Reeve.Commands.Running;

/// <summary>A progress bar on standard error while results go elsewhere; where they go to the terminal, they are the progress.</summary>
internal sealed class RunProgress : IAsyncDisposable
{
    private readonly Stream input;
    private readonly TaskCompletionSource finished = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ProgressTask? bar;
    private Task drawing = Task.CompletedTask;

    private RunProgress(Stream input) => this.input = input;

    internal static async Task<RunProgress> StartAsync(CommandContext context, Stream input)
    {
        RunProgress progress = new(input);
        if (context.Progress is { } terminal && input.CanSeek)
        {
            await progress.DrawAsync(terminal);
        }

        return progress;
    }

    internal void Tell(int decided)
    {
        if (bar is not null)
        {
            bar.Value = input.Position;
            bar.Description = $"{decided:N0} decided";
        }
    }

    public async ValueTask DisposeAsync()
    {
        finished.TrySetResult();
        await drawing;
    }

    private async Task DrawAsync(TextWriter terminal)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(terminal) });
        TaskCompletionSource<ProgressTask> begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        drawing = console.Progress().AutoClear(enabled: true).StartAsync(async context =>
        {
            begun.SetResult(context.AddTask("deciding", maxValue: Math.Max(1, input.Length)));
            await finished.Task;
        });
        bar = await begun.Task;
    }
}
