using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Agents;

/// <summary>What a chat command answers.</summary>
/// <param name="Text">For the person.</param>
/// <param name="Changed">Reason of the change to the session that clients are told of; null when nothing changed.</param>
/// <param name="Stored">Row that the command stored; null for none.</param>
public sealed record CommandAnswer(string Text, string? Changed = null, TranscriptEntry? Stored = null);
