using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Agents;

/// <summary>Work that a session gave to a sub-agent.</summary>
/// <param name="Parent">Who gave it, and hears of its end.</param>
/// <param name="Key">The sub-agent's session.</param>
/// <param name="Label">The work in a few words.</param>
/// <param name="Request">Its turn.</param>
/// <param name="Announce">Whether the parent hears of its end.</param>
/// <param name="Archive">Whether its session is put away then.</param>
internal sealed record SubagentChild(SessionKey Parent, SessionKey Key, string Label, RunRequest Request, bool Announce, bool Archive);
