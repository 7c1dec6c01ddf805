using System.Collections.ObjectModel;

namespace OpenClaw.Edge.Configuration;

/// <summary>The <c>env</c> section.</summary>
public sealed record EnvConfig
{
    /// <summary>Variables set by the file where the environment has none.</summary>
    public IReadOnlyDictionary<string, string> Vars { get; init; } = ReadOnlyDictionary<string, string>.Empty;
}
