namespace OpenClaw.Edge.Protocol.Gateway;

/// <summary>Where a message comes from that no person wrote. Source: docs/protocol.md, transcript records.</summary>
/// <param name="Kind"><c>internal_system</c>.</param>
/// <param name="SourceTool"><c>heartbeat</c>, <c>cron</c> or <c>hook</c>.</param>
public sealed record MessageProvenance(string Kind, string SourceTool);
