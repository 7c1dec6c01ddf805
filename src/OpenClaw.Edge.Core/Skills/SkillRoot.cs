namespace OpenClaw.Edge.Skills;

/// <summary>A folder that skills are looked for in.</summary>
/// <param name="Path">Absolute path.</param>
/// <param name="Source">Name of the place, as the original has it: <c>openclaw-workspace</c>, <c>agents-skills-project</c>,
/// <c>agents-skills-personal</c>, <c>openclaw-managed</c> or <c>openclaw-extra</c>.</param>
/// <param name="FollowsLinks">Whether a skill's folder may be a link to elsewhere: true for the folders that only the person fills.</param>
internal sealed record SkillRoot(string Path, string Source, bool FollowsLinks);
