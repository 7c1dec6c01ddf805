namespace OpenClaw.Edge.Tools;

/// <summary>One program of a command line with its arguments, as the shell will pass them.</summary>
/// <param name="Words">The program first; at least one.</param>
/// <param name="Start">Where the program's word starts in the command.</param>
/// <param name="Length">Its characters there, quotes included.</param>
internal readonly record struct ShellSegment(IReadOnlyList<string> Words, int Start, int Length);
