namespace OpenClaw.Edge.Tools;

/// <summary>One program of a command line with its arguments, as the shell will pass them.</summary>
/// <param name="Words">The program first; at least one.</param>
internal readonly record struct ShellSegment(IReadOnlyList<string> Words);
