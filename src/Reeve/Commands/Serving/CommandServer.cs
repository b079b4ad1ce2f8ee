using System.Text;
using Microsoft.Extensions.Logging;
using Reeve.Server.Hosting;
using Reeve.Server.LocalCommands;

namespace Reeve.Commands.Serving;

/// <summary>Does commands of other processes of this machine on the store that this one holds: the same verbs, with the caller's folder and streams.</summary>
internal sealed class CommandServer(StoreSession session, CommandContext own)
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    internal async Task<int> RunAsync(LocalCommand command, LocalStreams streams, CancellationToken cancellationToken)
    {
        await using StreamWriter output = new(streams.Output, Utf8) { AutoFlush = true, NewLine = "\n" };
        await using StreamWriter error = new(streams.Error, Utf8) { AutoFlush = true, NewLine = "\n" };
        CommandContext context = new()
        {
            Words = command.Words,
            Folder = command.Folder,
            Output = output,
            Error = error,
            OpenInput = () => streams.Input,
            OpenOutput = () => streams.Output,
            Loggers = own.Loggers,
            Clock = own.Clock,

            // Only the account that runs this process can read the token, so the caller is that account, whatever it would say.
            Actor = own.Actor,
            Settings = own.Settings,
            Held = session,
        };
        ServingLog.Taken(own.Loggers.CreateLogger("Reeve.Commands"), context.Actor.Id, command.Words.Count == 0 ? "" : command.Words[0]);
        return await CommandLine.InvokeAsync(context, cancellationToken);
    }
}

/// <summary>What the server says about commands. Event ids 1150 to 1199.</summary>
internal static partial class ServingLog
{
    // The verb alone: what follows may be anything that was typed.
    [LoggerMessage(1150, LogLevel.Information, "{Actor} has {Verb} done here.")]
    internal static partial void Taken(ILogger logger, string actor, string verb);

    [LoggerMessage(1151, LogLevel.Warning, "The store did not close within {DeadlineSeconds} s; its slots are taken over when their lease ends.")]
    internal static partial void ClosedLate(ILogger logger, double deadlineSeconds);
}
