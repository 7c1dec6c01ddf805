namespace OpenClaw.Edge.Skills;

/// <summary>A folder that looks like a skill and is none, or that was not looked into.</summary>
/// <param name="Path">Where.</param>
/// <param name="Message">Why, for a person.</param>
public sealed record SkillProblem(string Path, string Message);
