namespace OpenClaw.Edge.Configuration;

/// <summary>When a session starts over by itself. A plain class: three members of a file, compared by nobody.</summary>
public sealed class SessionResetConfig
{
    /// <summary><c>none</c>, <c>daily</c> or <c>idle</c>; null where the file does not say.</summary>
    public string? Mode { get; init; }

    /// <summary>Hour of the day in the machine's time, 0-23; null where the file does not say.</summary>
    public int? AtHour { get; init; }

    /// <summary>Minutes without a message of a person; null where the file does not say, 0 for no end.</summary>
    public int? IdleMinutes { get; init; }
}
