using OpenClaw.Edge.Protocol.Gateway;

namespace OpenClaw.Edge.Providers;

/// <summary>How an answer ended.</summary>
/// <param name="StopReason"><c>stop</c>, <c>length</c> or <c>toolUse</c>.</param>
/// <param name="Usage">Tokens, by the server's own count, else estimated.</param>
/// <param name="Provider">Provider that answered (after failover, not the one first asked).</param>
/// <param name="Model">Model that answered.</param>
/// <param name="Api">Its wire protocol.</param>
/// <param name="ResponseId">The server's id of the answer.</param>
public sealed record ModelFinish(
    string StopReason,
    MessageUsage Usage,
    string Provider,
    string Model,
    string Api,
    string? ResponseId = null);
