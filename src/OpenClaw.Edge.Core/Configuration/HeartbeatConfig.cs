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

    /// <summary>Session that it talks in; <see langword="null"/> or <c>main</c> means the agent's main session.</summary>
    public string? Session { get; init; }

    /// <summary>Whether each turn starts without any history.</summary>
    public bool IsolatedSession { get; init; }

    /// <summary>Whether the workspace's notes stay out of the prompt.</summary>
    public bool LightContext { get; init; }

    /// <summary>Budget of a turn; <see langword="null"/> means the interval, at most ten minutes.</summary>
    public int? TimeoutSeconds { get; init; }

    /// <summary>Most characters beside <c>HEARTBEAT_OK</c> with which an answer still counts as silent.</summary>
    public int AckMaxChars { get; init; } = 300;

    /// <summary>First minute of the day it may run, as <c>HH:MM</c>.</summary>
    public string? ActiveStart { get; init; }

    /// <summary>Minute of the day from which it rests, as <c>HH:MM</c>; <c>24:00</c> is allowed.</summary>
    public string? ActiveEnd { get; init; }

    /// <summary>IANA zone of the active hours; <see langword="null"/> means the user's.</summary>
    public string? ActiveTimezone { get; init; }
}
