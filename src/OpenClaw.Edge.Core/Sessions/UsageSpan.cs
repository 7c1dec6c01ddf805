namespace OpenClaw.Edge.Sessions;

/// <summary>What a day or a quarter of an hour adds up to. Not thread-safe.</summary>
public sealed class UsageSpan
{
    private readonly List<long> _waits = [];

    /// <summary>Tokens and money.</summary>
    public UsageSums Sums { get; } = new();

    /// <summary>How much was said.</summary>
    public MessageCounts Counts { get; } = new();

    /// <summary>Milliseconds from a person's message to each answer, in the order of the answers.</summary>
    public IReadOnlyList<long> Waits => _waits;

    /// <summary>Tokens and money by <c>provider/model</c>.</summary>
    public SortedDictionary<string, UsageSums> Models { get; } = new(StringComparer.Ordinal);

    /// <summary>Adds what another span adds up to.</summary>
    public void Add(UsageSpan other)
    {
        ArgumentNullException.ThrowIfNull(other);
        Sums.Add(other.Sums);
        Counts.Add(other.Counts);
        _waits.AddRange(other._waits);
        foreach (KeyValuePair<string, UsageSums> model in other.Models)
        {
            if (!Models.TryGetValue(model.Key, out UsageSums? sums))
            {
                sums = Models[model.Key] = new UsageSums();
            }

            sums.Add(model.Value);
        }
    }

    internal void AddWait(long milliseconds) => _waits.Add(milliseconds);
}
