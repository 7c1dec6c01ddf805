using System.Diagnostics.Metrics;
using OpenClaw.Edge.Diagnostics;

namespace OpenClaw.Edge.Agents;

/// <summary>What runs are measured with.</summary>
internal static class RunTelemetry
{
    private static readonly Counter<long> s_runs =
        EdgeTelemetry.Meter.CreateCounter<long>("openclaw.runs", "{run}", "Runs that ended");

    private static readonly Histogram<double> s_duration =
        EdgeTelemetry.Meter.CreateHistogram<double>("openclaw.run_duration", "s", "Duration of runs from their start");

    private static readonly Counter<long> s_tools =
        EdgeTelemetry.Meter.CreateCounter<long>("openclaw.tool_calls", "{call}", "Tool calls that ended");

    /// <summary>Counts a run that ended; <c>outcome</c> and <c>source</c> are the tags.</summary>
    public static void Ended(RunStatus status, string source, double seconds)
    {
        string outcome = status switch
        {
            RunStatus.Done => "ok",
            RunStatus.Aborted => "aborted",
            RunStatus.TimedOut => "timeout",
            _ => "error",
        };
        s_runs.Add(1, new("outcome", outcome), new("source", source));
        s_duration.Record(seconds, new KeyValuePair<string, object?>("outcome", outcome));
    }

    /// <summary>Counts a tool call.</summary>
    public static void Called(string tool, bool failed) => s_tools.Add(1, new("tool", tool), new("error", failed));
}
