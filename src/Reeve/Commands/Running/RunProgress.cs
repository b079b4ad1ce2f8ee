using System.CommandLine;
using Spectre.Console;

namespace Reeve.Commands.Running;

/// <summary>A progress bar on standard error; nothing where that is no terminal.</summary>
internal sealed class RunProgress : IAsyncDisposable
{
    private readonly Stream input;
    private readonly ProgressTask? bar;
    private readonly TaskCompletionSource finished = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task drawing;

    private RunProgress(Stream input, bool drawn)
    {
        this.input = input;
        if (!drawn || !input.CanSeek)
        {
            drawing = Task.CompletedTask;
            return;
        }

        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        TaskCompletionSource<ProgressTask> begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        drawing = AnsiConsoleExtensions.Progress(console).AutoClear(true).StartAsync(async context =>
        {
            begun.SetResult(context.AddTask("deciding", maxValue: Math.Max(1, input.Length)));
            await finished.Task;
        });
        bar = begun.Task.GetAwaiter().GetResult();
    }

    internal static RunProgress Start(ParseResult call, Stream input) =>
        new(input, ReferenceEquals(call.InvocationConfiguration.Error, Console.Error) && !Console.IsErrorRedirected && !Console.IsOutputRedirected is false);

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
}
