namespace OpenClaw.Edge.Protocol.Docker;

/// <summary>Body of <c>POST /exec/{id}/start</c>.</summary>
/// <param name="Detach">Whether nobody listens.</param>
/// <param name="Tty">As at its creation.</param>
public sealed record ExecStartRequest(bool Detach, bool Tty);
