namespace OpenClaw.Edge.Protocol.Gateway;

/// <summary>Cost of one model call in US dollars.</summary>
public sealed record MessageCost
{
    /// <summary>Prompt tokens.</summary>
    public double Input { get; init; }

    /// <summary>Generated tokens.</summary>
    public double Output { get; init; }

    /// <summary>Cache reads.</summary>
    public double CacheRead { get; init; }

    /// <summary>Cache writes.</summary>
    public double CacheWrite { get; init; }

    /// <summary>The sum.</summary>
    public double Total { get; init; }
}
