namespace OpenClaw.Edge.Http;

/// <summary>Whom an answer belongs to: only the same one may go on from it. The texts hold no line breaks.</summary>
/// <param name="Subject">The caller, as <see cref="HttpCaller.Subject"/>.</param>
/// <param name="AgentId">The agent that answers.</param>
/// <param name="User">The body's <c>user</c>; empty for none.</param>
/// <param name="SessionKey">The session that the request named; empty for none.</param>
internal readonly record struct ResponseOwner(string Subject, string AgentId, string User, string SessionKey);
