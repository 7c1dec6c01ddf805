namespace OpenClaw.Edge.Configuration;

/// <summary>The <c>memory</c> section.</summary>
public sealed record MemoryConfig
{
    /// <summary>Search by meaning and by words.</summary>
    public MemorySearchConfig Search { get; init; } = new();
}
