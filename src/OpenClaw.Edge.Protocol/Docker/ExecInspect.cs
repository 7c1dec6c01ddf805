namespace OpenClaw.Edge.Protocol.Docker;

/// <summary>Answer of <c>GET /exec/{id}/json</c>.</summary>
/// <param name="Running">Whether it still runs.</param>
/// <param name="ExitCode">Exit code once it ended.</param>
/// <param name="Pid">Process id on the engine's machine.</param>
public sealed record ExecInspect(bool Running, int? ExitCode, int Pid);
