namespace OpenClaw.Edge.Sessions;

/// <summary>Which usage to sum, and how.</summary>
public sealed record UsageQuery
{
    /// <summary>What to sum by.</summary>
    public UsageGrouping By { get; init; }

    /// <summary>Only this session.</summary>
    public SessionKey? Key { get; init; }

    /// <summary>Only this agent.</summary>
    public string? AgentId { get; init; }

    /// <summary>First UTC day, included.</summary>
    public DateOnly? From { get; init; }

    /// <summary>Last UTC day, included.</summary>
    public DateOnly? To { get; init; }

    /// <summary>Rows at most, newest day first.</summary>
    public int Limit { get; init; } = 1000;
}
