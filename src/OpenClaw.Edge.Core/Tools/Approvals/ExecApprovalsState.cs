namespace OpenClaw.Edge.Tools;

/// <summary>What was read of <c>exec-approvals.json</c>.</summary>
/// <param name="Document">The document; empty when there is none or it is broken.</param>
/// <param name="Exists">Whether the file is there.</param>
/// <param name="Hash">SHA-256 of its bytes in lower-case hex.</param>
/// <param name="Problem">What is wrong with it; empty when nothing is.</param>
public sealed record ExecApprovalsState(ExecApprovals Document, bool Exists, string Hash, string Problem);
