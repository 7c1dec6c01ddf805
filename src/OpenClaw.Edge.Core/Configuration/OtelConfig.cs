using System.Collections.ObjectModel;

namespace OpenClaw.Edge.Configuration;

/// <summary>The <c>diagnostics.otel</c> section.</summary>
public sealed record OtelConfig
{
    /// <summary>Whether anything is pushed; <see langword="null"/> means: when an endpoint is known.</summary>
    public bool? Enabled { get; init; }

    /// <summary>Base OTLP address.</summary>
    public string? Endpoint { get; init; }

    /// <summary>Exact address for traces; wins over <see cref="Endpoint"/>.</summary>
    public string? TracesEndpoint { get; init; }

    /// <summary>Exact address for metrics.</summary>
    public string? MetricsEndpoint { get; init; }

    /// <summary>Exact address for logs.</summary>
    public string? LogsEndpoint { get; init; }

    /// <summary><c>http/protobuf</c> or <c>http/json</c>.</summary>
    public string Protocol { get; init; } = "http/protobuf";

    /// <summary>Resource service name.</summary>
    public string ServiceName { get; init; } = "openclaw-gateway";

    /// <summary>Extra request headers, often a credential.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>Whether traces are pushed.</summary>
    public bool Traces { get; init; } = true;

    /// <summary>Whether metrics are pushed.</summary>
    public bool Metrics { get; init; } = true;

    /// <summary>Whether logs are pushed.</summary>
    public bool Logs { get; init; }

    /// <summary>Share of traces kept, 0-1.</summary>
    public double SampleRate { get; init; } = 1;

    /// <summary>Milliseconds between metric pushes.</summary>
    public int FlushIntervalMs { get; init; } = 60_000;
}
