namespace OpenClaw.Edge.Configuration;

/// <summary>Hard caps of one day or one session; <see langword="null"/> means no cap.</summary>
public sealed record UsageLimitConfig
{
    /// <summary>Tokens in and out.</summary>
    public long? Tokens { get; init; }

    /// <summary>US dollars, by the models' cost tables.</summary>
    public double? CostUsd { get; init; }

    /// <summary>Seconds that models of this host and LAN were at work.</summary>
    public double? CpuSeconds { get; init; }

    /// <summary>Whether there is any cap.</summary>
    public bool Any => Tokens is not null || CostUsd is not null || CpuSeconds is not null;
}
