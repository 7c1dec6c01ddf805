using System.Diagnostics.Metrics;

namespace OpenClaw.Edge.Diagnostics;

/// <summary>Names and instruments that the whole gateway measures with. An instrument nobody listens to costs one branch.
/// Tags: <c>provider</c>, <c>model</c>, and what each instrument names.</summary>
public static class EdgeTelemetry
{
    /// <summary>Name of the meter, as an exporter subscribes to it.</summary>
    public const string MeterName = "openclaw";

    /// <summary>The one meter of the process.</summary>
    public static Meter Meter { get; } = new(MeterName);

    /// <summary>Tokens by <c>type</c>: <c>input</c>, <c>output</c>, <c>cache_read</c>.</summary>
    public static Counter<long> ModelTokens { get; } =
        Meter.CreateCounter<long>("openclaw.model_tokens", "{token}", "Tokens of model calls");

    /// <summary>Seconds from the call to its end; <c>outcome</c> is <c>ok</c> or the failure.</summary>
    public static Histogram<double> ModelCallDuration { get; } =
        Meter.CreateHistogram<double>("openclaw.model_call_duration", "s", "Duration of model calls");

    /// <summary>Seconds from the call to the first piece of the answer.</summary>
    public static Histogram<double> TimeToFirstToken { get; } =
        Meter.CreateHistogram<double>("openclaw.ttft", "s", "Time to the first token of a model call");

    /// <summary>Calls that went on to the next model; <c>reason</c> is the failure.</summary>
    public static Counter<long> Failovers { get; } =
        Meter.CreateCounter<long>("openclaw.failover", "{call}", "Model calls that fell over to another model");
}
