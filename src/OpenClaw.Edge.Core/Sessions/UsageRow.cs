using OpenClaw.Edge.Protocol.Gateway;

namespace OpenClaw.Edge.Sessions;

/// <summary>Summed usage; members that were not grouped by are null.</summary>
public sealed record UsageRow
{
    /// <summary>Session, also after it was deleted.</summary>
    public string? SessionKey { get; init; }

    /// <summary>Agent.</summary>
    public string? AgentId { get; init; }

    /// <summary>UTC day.</summary>
    public DateOnly? Day { get; init; }

    /// <summary>Provider id.</summary>
    public string? Provider { get; init; }

    /// <summary>Model id without its provider.</summary>
    public string? Model { get; init; }

    /// <summary>Runs that were counted.</summary>
    public long Runs { get; init; }

    /// <summary>Tokens and money.</summary>
    public required MessageUsage Tokens { get; init; }

    /// <summary>Milliseconds that models of this host and LAN were at work.</summary>
    public double CpuMs { get; init; }
}
