namespace OpenClaw.Edge.Skills;

/// <summary>What a skill's files were when they were trusted.</summary>
/// <param name="Hash">Hash over all of them.</param>
/// <param name="AtMs">When, in milliseconds since 1970.</param>
internal sealed record SkillPin(string Hash, long AtMs);
