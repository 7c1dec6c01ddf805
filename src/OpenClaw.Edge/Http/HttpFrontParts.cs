using Microsoft.Extensions.Logging;
using OpenClaw.Edge.Diagnostics;

namespace OpenClaw.Edge.Http;

/// <summary>What the HTTP front is made of; the composition root fills it once. All parts are thread-safe and outlive the
/// front.</summary>
public sealed record HttpFrontParts
{
    /// <summary>Clock of limits, keep-alives and timestamps.</summary>
    public required TimeProvider Clock { get; init; }

    /// <summary>Where the process is between start and end.</summary>
    public required Lifecycle Lifecycle { get; init; }

    /// <summary>Bad conditions that hold now; those that block are what <c>/readyz</c> reports as failing.</summary>
    public required HealthBoard Health { get; init; }

    /// <summary>Makes the front's loggers.</summary>
    public required ILoggerFactory Logs { get; init; }
}
