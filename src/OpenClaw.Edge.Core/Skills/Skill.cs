namespace OpenClaw.Edge.Skills;

/// <summary>A skill as it lies on the disk. Immutable.</summary>
public sealed record Skill
{
    /// <summary>What it says of itself.</summary>
    public required SkillManifest Manifest { get; init; }

    /// <summary>Name of the place that it was found in, such as <c>openclaw-managed</c>.</summary>
    public required string Source { get; init; }

    /// <summary>Absolute path of its folder.</summary>
    public required string Folder { get; init; }

    /// <summary>Absolute path of its <c>SKILL.md</c>.</summary>
    public required string FilePath { get; init; }

    /// <summary><c>sha256:</c> over names, contents and executable bits of all its files.</summary>
    public required string Hash { get; init; }

    /// <summary>Whether it came with this program.</summary>
    public bool IsBundled => Source == SkillRoot.Bundled;

    /// <summary>Whether it came with this program and root alone can change any of it: then it needs no hash to be known again.</summary>
    public bool IsSealed { get; init; }

    /// <summary>What the scan found, in the order of files.</summary>
    public required IReadOnlyList<SkillFinding> Findings { get; init; }
}
