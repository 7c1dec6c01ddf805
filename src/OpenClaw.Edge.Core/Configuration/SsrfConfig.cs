namespace OpenClaw.Edge.Configuration;

/// <summary>The <c>tools.web.fetch.ssrfPolicy</c> section: exceptions from the rule that fetches stay out of private networks.</summary>
public sealed record SsrfConfig
{
    /// <summary>Whether private networks are open. Addresses of cloud metadata stay closed.</summary>
    public bool AllowPrivateNetwork { get; init; }

    /// <summary>Hosts, exact, that may have any address.</summary>
    public IReadOnlyList<string> AllowedHostnames { get; init; } = [];

    /// <summary>Hosts, exact or <c>*.name</c>, that are refused before anything else.</summary>
    public IReadOnlyList<string> BlockedHostnames { get; init; } = [];

    /// <summary>Whether 198.18.0.0/15 is open, for proxies that hand out such addresses.</summary>
    public bool AllowRfc2544BenchmarkRange { get; init; }

    /// <summary>Whether fc00::/7 is open, for proxies that hand out such addresses.</summary>
    public bool AllowIpv6UniqueLocalRange { get; init; }
}
