namespace OpenClaw.Edge.Platform.DBus;

/// <summary>What systemd says of a unit, in its own words. Source: org.freedesktop.systemd1(5).</summary>
public sealed class UnitState
{
    /// <summary><c>loaded</c>, <c>not-found</c>, <c>masked</c>, …</summary>
    public required string Load { get; init; }

    /// <summary><c>active</c>, <c>inactive</c>, <c>failed</c>, <c>activating</c>, …</summary>
    public required string Active { get; init; }

    /// <summary><c>running</c>, <c>dead</c>, <c>auto-restart</c>, …</summary>
    public required string Sub { get; init; }

    /// <summary><c>enabled</c>, <c>disabled</c>, <c>static</c>, …; empty where there is no unit file.</summary>
    public required string File { get; init; }

    /// <summary>How it ended last, such as <c>success</c> or <c>exit-code</c>.</summary>
    public required string Result { get; init; }

    /// <summary>What the gateway itself says that it does (<c>STATUS=</c>).</summary>
    public required string Says { get; init; }

    /// <summary>Its process; 0 when none runs.</summary>
    public required int MainPid { get; init; }

    /// <summary>How often systemd has started it again by itself.</summary>
    public required int Restarts { get; init; }

    /// <summary>Whether systemd knows the unit.</summary>
    public bool IsKnown => Load == "loaded";

    /// <summary>Whether it is started with the machine or the person.</summary>
    public bool IsEnabled => File.StartsWith("enabled", StringComparison.Ordinal);

    /// <summary>Whether somebody uses it: it is started by itself, or runs now, or ran and failed.</summary>
    public bool IsInUse => IsKnown && (IsEnabled || Active is not ("inactive" or ""));
}
