using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Reeve.Operations.Logs;

/// <summary>
/// The one structured log of a process: makes the loggers, writes their records as JSON Lines to a file or to standard error,
/// and never throws into the code that logs. Thread-safe.
/// </summary>
public sealed class LogBook : ILoggerProvider, ISupportExternalScope
{
    private const string Product = "Reeve.";
    private readonly TimeProvider clock;
    private readonly ILogSink fallback;
    private readonly ILogSink? file;
    private readonly Lock writing = new();
    private readonly LoggerFactory factory;
    private IExternalScopeProvider scopes = new LoggerExternalScopeProvider();
    private long lost;

    private LogBook(LogLevels levels, ILogSink? file, ILogSink fallback, TimeProvider clock)
    {
        Levels = levels;
        this.file = file;
        this.fallback = fallback;
        this.clock = clock;
        factory = new LoggerFactory([this], new LoggerFilterOptions { MinLevel = LogLevel.Trace });
    }

    /// <summary>The levels in force; changes take effect at once.</summary>
    public LogLevels Levels { get; }

    /// <summary>Makes loggers that write here.</summary>
    public ILoggerFactory Factory => factory;

    /// <summary>How many records could be written neither to the file nor to standard error since the start.</summary>
    public long Lost => Interlocked.Read(ref lost);

    /// <summary>Opens the log.</summary>
    /// <param name="options">Levels, file, rotation.</param>
    /// <param name="clock">Gives the times of records.</param>
    /// <param name="standardError">Where records go without a file, and when the file fails; it is not closed.</param>
    /// <exception cref="Core.Errors.ReeveException">LOG-001 or LOG-002: the levels cannot be read, or the file cannot be written.</exception>
    public static LogBook Open(LogOptions options, TimeProvider clock, Stream standardError)
    {
        LogLevels levels = new(options.Level);
        FileLogSink? file = options.File is null ? null : new FileLogSink(options);
        return new LogBook(levels, file, new StreamLogSink(standardError), clock);
    }

    /// <summary>A logger of a category, which is a type's full name.</summary>
    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    /// <inheritdoc/>
    void ISupportExternalScope.SetScopeProvider(IExternalScopeProvider scopeProvider) => scopes = scopeProvider;

    /// <summary>Closes the file. What is logged afterwards goes to standard error.</summary>
    public void Dispose()
    {
        lock (writing)
        {
            file?.Dispose();
            fallback.Dispose();
        }
    }

    private void Write(LogRecord record)
    {
        byte[] line = record.ToLine();
        lock (writing)
        {
            if (!TryWrite(file, line, record.Time) && !TryWrite(fallback, line, record.Time))
            {
                Interlocked.Increment(ref lost);
            }
        }
    }

    private static bool TryWrite(ILogSink? sink, byte[] line, DateTimeOffset now)
    {
        try
        {
            sink?.Write(line, now);
            return sink is not null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ObjectDisposedException or NotSupportedException)
        {
            // A full disk or a closed pipe is no reason to fail the work that is being logged; the caller tries the next place.
            return false;
        }
    }

    private sealed class Logger(LogBook book, string category) : ILogger
    {
        private readonly string qualified = category.StartsWith(Product, StringComparison.Ordinal) ? category[Product.Length..] : category;
        private readonly string component = ComponentOf(category);

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => book.scopes.Push(state);

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None && book.Levels.IsEnabled(qualified, LogSeverities.Of(logLevel));

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                book.Write(Record(LogSeverities.Of(logLevel), eventId, state, exception, formatter));
            }
        }

        private LogRecord Record<TState>(LogSeverity severity, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            LogFields fields = new();
            string message;
            try
            {
                book.scopes.ForEachScope(static (scope, into) => into.Add(scope), fields);
                fields.Add(state);
                message = formatter(state, exception);
            }
            catch (Exception error)
            {
                // Whatever the text of somebody's argument throws: the record says so, and the work goes on.
                message = $"A record could not be formatted: {error.GetType().Name}.";
            }

            return new LogRecord
            {
                Time = book.clock.GetUtcNow(),
                Level = severity,
                Component = component,
                EventId = eventId.Id,
                Agent = fields.Agent,
                Tenant = fields.Tenant,
                WorkItem = fields.WorkItem,
                Phase = fields.Phase,
                CorrelationId = fields.CorrelationId ?? Activity.Current?.TraceId.ToHexString(),
                Message = fields.Message(message),
                Properties = fields.Properties(),
                Exception = exception is null ? default : LogFields.Fault(exception, severity),
            };
        }

        // Reeve.Engine.Pipeline.Stages.Runner speaks for Engine.Pipeline.
        private static string ComponentOf(string category)
        {
            if (!category.StartsWith(Product, StringComparison.Ordinal))
            {
                return category;
            }

            string[] parts = category.Split('.');
            return string.Join('.', parts[1..Math.Min(3, Math.Max(2, parts.Length - 1))]);
        }
    }
}
