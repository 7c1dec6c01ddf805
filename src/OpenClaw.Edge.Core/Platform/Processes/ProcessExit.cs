namespace OpenClaw.Edge.Platform;

/// <summary>How a command ended.</summary>
/// <param name="ExitCode">Its own code; 128 and the signal when a signal ended it, as shells tell it.</param>
/// <param name="Signal">The signal that ended it; zero when it ended by itself.</param>
public readonly record struct ProcessExit(int ExitCode, int Signal);
