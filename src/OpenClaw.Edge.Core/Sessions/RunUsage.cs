using OpenClaw.Edge.Protocol.Gateway;

namespace OpenClaw.Edge.Sessions;

/// <summary>What one run used of one model.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Provider">Provider id.</param>
/// <param name="Model">Model id without its provider.</param>
/// <param name="Tokens">Tokens and money.</param>
/// <param name="CpuMs">Milliseconds that models of this host and LAN were at work for the run, waiting in line not counted; 0 for models elsewhere.</param>
public sealed record RunUsage(string RunId, string Provider, string Model, MessageUsage Tokens, double CpuMs = 0);
