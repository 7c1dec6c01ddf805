namespace OpenClaw.Edge.Configuration;

/// <summary>The <c>heartbeat</c> section of the defaults or of an agent. Off unless an interval is given.</summary>
public sealed record HeartbeatConfig
{
    /// <summary>Interval; <see langword="null"/> or zero means off.</summary>
    public TimeSpan? Every { get; init; }

    /// <summary>Where it reports: <c>last</c>, <c>none</c> or a channel id.</summary>
    public string Target { get; init; } = "last";

    /// <summary>Prompt of the turn; <see langword="null"/> means the built-in one.</summary>
    public string? Prompt { get; init; }

    /// <summary>Model of the turn; <see langword="null"/> means the agent's.</summary>
    public string? Model { get; init; }

    /// <summary>First minute of the day it may run, as <c>HH:MM</c>.</summary>
    public string? ActiveStart { get; init; }

    /// <summary>Minute of the day from which it rests, as <c>HH:MM</c>; <c>24:00</c> is allowed.</summary>
    public string? ActiveEnd { get; init; }

    /// <summary>IANA zone of the active hours; <see langword="null"/> means the user's.</summary>
    public string? ActiveTimezone { get; init; }
}
