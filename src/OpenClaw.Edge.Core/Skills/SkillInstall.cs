namespace OpenClaw.Edge.Skills;

/// <summary>A way to install what a skill needs, as the skill names it. The gateway shows it and does not do it.</summary>
/// <param name="Id">Name of the way.</param>
/// <param name="Kind"><c>brew</c>, <c>node</c>, <c>go</c>, <c>uv</c> or <c>download</c>.</param>
/// <param name="Label">For a person.</param>
/// <param name="Bins">Programs that it brings.</param>
public sealed record SkillInstall(string Id, string Kind, string Label, IReadOnlyList<string> Bins);
