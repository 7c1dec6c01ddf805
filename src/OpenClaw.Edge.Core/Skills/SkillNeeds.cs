namespace OpenClaw.Edge.Skills;

/// <summary>What a skill requires, or what of it is missing.</summary>
/// <param name="Bins">Programs, all of them.</param>
/// <param name="AnyBins">Programs, one of them.</param>
/// <param name="Env">Variables.</param>
/// <param name="Config">Paths of the configuration that must be set and not off.</param>
/// <param name="Os">Operating systems, as <c>linux</c>.</param>
public sealed record SkillNeeds(
    IReadOnlyList<string> Bins, IReadOnlyList<string> AnyBins, IReadOnlyList<string> Env, IReadOnlyList<string> Config, IReadOnlyList<string> Os)
{
    /// <summary>Nothing.</summary>
    public static SkillNeeds None { get; } = new([], [], [], [], []);

    /// <summary>Whether there is nothing.</summary>
    public bool IsEmpty => Bins.Count + AnyBins.Count + Env.Count + Config.Count + Os.Count == 0;
}
