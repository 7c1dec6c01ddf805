using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace OpenClaw.Edge.Hosting.Logging;

/// <summary>Makes loggers that write to one <see cref="LogSink"/>. Thread-safe; the level can change while running.</summary>
internal sealed class EdgeLoggerFactory(LogSink sink, LogLevel level, TimeProvider clock) : ILoggerFactory
{
    private readonly ConcurrentDictionary<string, ILogger> _loggers = new(StringComparer.Ordinal);

    /// <summary>Lowest level that is written; the web server's own lines need at least Warning.</summary>
    public LogLevel Level { get; set; } = level;

    /// <inheritdoc />
    public ILogger CreateLogger(string categoryName) =>
        _loggers.GetOrAdd(categoryName, static (name, factory) => new EdgeLogger(factory, name), this);

    /// <inheritdoc />
    public void AddProvider(ILoggerProvider provider) =>
        throw new NotSupportedException("The log has one sink; providers are not added.");

    /// <inheritdoc />
    public void Dispose()
    {
        // The sink belongs to the host, which disposes it last.
    }

    private sealed class EdgeLogger(EdgeLoggerFactory factory, string category) : ILogger
    {
        private readonly bool _foreign = category.StartsWith("Microsoft.", StringComparison.Ordinal);
        private readonly string _subsystem = SubsystemOf(category);

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) =>
            logLevel != LogLevel.None && logLevel >= factory.Level && (!_foreign || logLevel >= LogLevel.Warning);

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel))
            {
                return;
            }

            string text = formatter(state, exception);
            if (exception is not null)
            {
                text = $"{text} {exception}";
            }

            factory.Write(new LogLine(
                factory.Now, logLevel, _subsystem, text, eventId.Id, factory.KeepsFields ? LogFields.Of(state, exception) : null));
        }

        // OpenClaw.Edge.Gateway.GatewayConnection → gateway
        private static string SubsystemOf(string category)
        {
            string[] parts = category.Split('.');
            return parts is ["OpenClaw", "Edge", var folder, ..] ? folder.ToLowerInvariant() : parts[^1].ToLowerInvariant();
        }
    }

    private bool KeepsFields => sink.KeepsFields;

    private long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();

    private void Write(in LogLine line) => sink.Write(line);
}
