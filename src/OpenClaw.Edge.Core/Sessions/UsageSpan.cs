namespace OpenClaw.Edge.Sessions;

/// <summary>What a day or a quarter of an hour adds up to. Not thread-safe.</summary>
public sealed class UsageSpan
{
    /// <summary>Tokens and money.</summary>
    public UsageSums Sums { get; } = new();

    /// <summary>How much was said.</summary>
    public MessageCounts Counts { get; } = new();

    /// <summary>Milliseconds from a person's message to each answer, in the order of the answers.</summary>
    public List<long> Waits { get; } = [];

    /// <summary>Tokens and money by <c>provider/model</c>.</summary>
    public SortedDictionary<string, UsageSums> Models { get; } = new(StringComparer.Ordinal);
}
