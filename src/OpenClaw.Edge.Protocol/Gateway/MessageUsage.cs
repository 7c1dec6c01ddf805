namespace OpenClaw.Edge.Protocol.Gateway;

/// <summary>Tokens of one model call.</summary>
public sealed record MessageUsage
{
    /// <summary>Prompt tokens that were not read from a cache.</summary>
    public long Input { get; init; }

    /// <summary>Generated tokens, reasoning included.</summary>
    public long Output { get; init; }

    /// <summary>All tokens of the call.</summary>
    public long TotalTokens { get; init; }

    /// <summary>Prompt tokens read from the server's cache.</summary>
    public long CacheRead { get; init; }

    /// <summary>Prompt tokens written to the server's cache.</summary>
    public long CacheWrite { get; init; }

    /// <summary>Money by the model's cost table; zero for local models.</summary>
    public MessageCost Cost { get; init; } = new();

    /// <summary>Both calls together.</summary>
    public MessageUsage Plus(MessageUsage other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new MessageUsage
        {
            Input = Input + other.Input,
            Output = Output + other.Output,
            TotalTokens = TotalTokens + other.TotalTokens,
            CacheRead = CacheRead + other.CacheRead,
            CacheWrite = CacheWrite + other.CacheWrite,
            Cost = new MessageCost
            {
                Input = Cost.Input + other.Cost.Input,
                Output = Cost.Output + other.Cost.Output,
                CacheRead = Cost.CacheRead + other.Cost.CacheRead,
                CacheWrite = Cost.CacheWrite + other.Cost.CacheWrite,
                Total = Cost.Total + other.Cost.Total,
            },
        };
    }
}
