using OpenClaw.Edge.Configuration;

namespace OpenClaw.Edge.Import;

/// <summary>What to bring from where.</summary>
public sealed class ImportRequest
{
    /// <summary>Everything that can be brought, in the order in which it is.</summary>
    public static readonly IReadOnlyList<string> AllKinds = ["config", "sessions", "workspace", "skills", "cron", "credentials"];

    /// <summary>State folder of the original, absolute.</summary>
    public required string Source { get; init; }

    /// <summary>Our places.</summary>
    public required StatePaths Paths { get; init; }

    /// <summary>Our configuration.</summary>
    public required ConfigSnapshot Config { get; init; }

    /// <summary>For the configuration of the source.</summary>
    public required ProcessEnvironment Environment { get; init; }

    /// <summary>Clock.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>Which of <see cref="AllKinds"/>.</summary>
    public IReadOnlyCollection<string> Kinds { get; init; } = AllKinds;

    /// <summary>Whether keys and tokens come too.</summary>
    public bool Credentials { get; init; }

    /// <summary>Whether anything is changed; else it is only told.</summary>
    public bool Apply { get; init; }
}
