namespace OpenClaw.Edge.Tools;

/// <summary>A word of a command and the file that it names.</summary>
/// <param name="Word">As the command has it.</param>
/// <param name="Invoked">Absolute path by which the shell finds it, links not followed.</param>
/// <param name="Proof">The file; null when it cannot be bound.</param>
internal sealed record BoundFile(string Word, string Invoked, FileProof? Proof);
