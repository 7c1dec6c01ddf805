using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Automation;

/// <summary>A wish that an agent looks at what waits for it.</summary>
/// <param name="Key">Session that it looks in.</param>
/// <param name="Source"><c>heartbeat</c> (its time has come), <c>wake</c>, <c>cron</c>, <c>hook</c> or <c>exec</c>.</param>
public sealed record HeartbeatWake(SessionKey Key, string Source)
{
    internal bool IsPoll => Source == "heartbeat";

    internal TaskCompletionSource<HeartbeatOutcome>? Done { get; init; }
}
