using OpenClaw.Edge.Protocol.Gateway;

namespace OpenClaw.Edge.Sessions;

/// <summary>Tokens and money that are added up. Not thread-safe.</summary>
public sealed class UsageSums
{
    /// <summary>How many answers of models.</summary>
    public long Count { get; private set; }

    /// <summary>Tokens and money so far.</summary>
    public MessageUsage Tokens { get; private set; } = new();

    /// <summary>Milliseconds that models of this host and LAN were at work.</summary>
    public double CpuMs { get; private set; }

    /// <summary>Adds more.</summary>
    public void Add(long count, MessageUsage more, double cpuMs)
    {
        ArgumentNullException.ThrowIfNull(more);
        Count += count;
        CpuMs += cpuMs;
        Tokens = Tokens.Plus(more);
    }

    /// <summary>Adds other sums.</summary>
    public void Add(UsageSums other)
    {
        ArgumentNullException.ThrowIfNull(other);
        Add(other.Count, other.Tokens, other.CpuMs);
    }
}
