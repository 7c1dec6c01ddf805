namespace OpenClaw.Edge.Skills;

/// <summary>Something in a skill's files that a person should look at before trusting it.</summary>
/// <param name="Rule">Name of the rule, such as <c>pipe-to-shell</c>.</param>
/// <param name="Critical">Whether it is what attacks look like, rather than what may have its reasons.</param>
/// <param name="File">Path inside the skill.</param>
/// <param name="Line">Line, from 1.</param>
/// <param name="Text">The line, cut and with what is invisible made visible.</param>
public sealed record SkillFinding(string Rule, bool Critical, string File, int Line, string Text);
