using Microsoft.Extensions.Logging;
using Reeve.Core.Errors;

namespace Reeve.Testing.Simulated.Worlds;

/// <summary>What a node tells of trouble: whatever is no fault of the store is a bug, though the loop that met it goes on.</summary>
internal sealed class WorldLog(World world, string node) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        world.Meet(eventId.Name ?? "");
        if (logLevel < LogLevel.Warning)
        {
            return;
        }

        // The worker's loops name what they met by its type, where it is no fault of the product.
        string told = formatter(state, exception);
        if (exception is not null and not ReeveException and not OperationCanceledException and not TimeoutException and not SimulatedFaultException
            || exception is null && told.EndsWith("Exception", StringComparison.Ordinal))
        {
            world.Laws.Break("nothing throws but faults", $"{node}: {told}: {exception}");
        }
    }
}
