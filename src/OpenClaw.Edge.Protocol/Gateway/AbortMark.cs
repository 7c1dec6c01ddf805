namespace OpenClaw.Edge.Protocol.Gateway;

/// <summary>Marks a stored partial answer whose run was aborted.</summary>
/// <param name="Aborted">Always true.</param>
/// <param name="Origin"><c>rpc</c>, <c>timeout</c>, <c>shutdown</c>, <c>disconnect</c>, or <c>restart</c> when the process died.</param>
/// <param name="RunId">The run.</param>
public sealed record AbortMark(bool Aborted, string Origin, string RunId);
