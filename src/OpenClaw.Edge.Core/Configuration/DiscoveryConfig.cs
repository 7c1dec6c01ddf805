namespace OpenClaw.Edge.Configuration;

/// <summary>The <c>discovery</c> section.</summary>
public sealed record DiscoveryConfig
{
    /// <summary>mDNS: <c>off</c>, <c>minimal</c> or <c>full</c>; <see langword="null"/> means by place (off in bridged containers).</summary>
    public string? MdnsMode { get; init; }
}
