namespace OpenClaw.Edge.Platform.DBus;

/// <summary>What systemd says of a unit, in its own words. Source: org.freedesktop.systemd1(5).</summary>
public sealed class UnitState
{
    /// <summary>The properties that are asked for: four of the unit, then four of the service.</summary>
    internal static readonly string[] Properties = ["LoadState", "ActiveState", "SubState", "UnitFileState", "Result", "StatusText", "MainPID", "NRestarts"];

    private readonly string[] _words;

    internal UnitState(string[] words) => _words = words;

    /// <summary><c>active</c>, <c>inactive</c>, <c>failed</c>, <c>activating</c>, …</summary>
    public string Active => _words[1];

    /// <summary><c>running</c>, <c>dead</c>, <c>auto-restart</c>, …</summary>
    public string Sub => _words[2];

    /// <summary><c>enabled</c>, <c>disabled</c>, <c>static</c>, …; empty where there is no unit file.</summary>
    public string File => _words[3];

    /// <summary>How it ended last, such as <c>success</c> or <c>exit-code</c>.</summary>
    public string Result => _words[4];

    /// <summary>What the gateway itself says that it does (<c>STATUS=</c>).</summary>
    public string Says => _words[5];

    /// <summary>Its process; 0 when none runs.</summary>
    public int MainPid => int.TryParse(_words[6], out int pid) ? pid : 0;

    /// <summary>How often systemd has started it again by itself.</summary>
    public int Restarts => int.TryParse(_words[7], out int restarts) ? restarts : 0;

    /// <summary>Whether systemd knows the unit.</summary>
    public bool IsKnown => _words[0] == "loaded";

    /// <summary>Whether it is started with the machine or the person.</summary>
    public bool IsEnabled => File.StartsWith("enabled", StringComparison.Ordinal);

    /// <summary>Whether somebody uses it: it is started by itself, or runs now, or ran and failed.</summary>
    public bool IsInUse => IsKnown && (IsEnabled || Active is not ("inactive" or ""));

    /// <summary>For a person, such as <c>active (running)</c>.</summary>
    public string Text => Active + " (" + Sub + ")";
}
