using System.Collections.ObjectModel;

namespace OpenClaw.Edge.Configuration;

/// <summary>One of <c>skills.entries</c>.</summary>
public sealed record SkillEntryConfig
{
    /// <summary>Whether the skill may be used.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Variables that commands get where the skill may be used; secrets.</summary>
    public IReadOnlyDictionary<string, string> Env { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>Value of the skill's <c>primaryEnv</c>; a secret.</summary>
    public string? ApiKey { get; init; }

    /// <summary>Variable of the gateway's environment that holds the value of <c>primaryEnv</c>, where <c>apiKey</c> is a reference to one.</summary>
    public string? ApiKeyVariable { get; init; }
}
