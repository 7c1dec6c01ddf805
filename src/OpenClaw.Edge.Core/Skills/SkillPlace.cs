namespace OpenClaw.Edge.Skills;

/// <summary>A folder that holds a <c>SKILL.md</c>.</summary>
/// <param name="Folder">Absolute path as it was found.</param>
/// <param name="RealFolder">The same with links followed.</param>
/// <param name="Source">Name of the place that it was found in.</param>
internal sealed record SkillPlace(string Folder, string RealFolder, string Source)
{
    /// <summary>Name of the file that makes a folder a skill.</summary>
    public const string FileName = "SKILL.md";

    /// <summary>Its <c>SKILL.md</c>.</summary>
    public string FilePath => Path.Combine(Folder, FileName);
}
