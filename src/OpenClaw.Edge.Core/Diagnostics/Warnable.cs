namespace OpenClaw.Edge.Diagnostics;

/// <summary>A named bad condition that status, doctor, readiness and metrics all show in the same words.</summary>
/// <param name="Code">Stable kebab-case name, such as <c>config-reload-failed</c>.</param>
/// <param name="Message">What is wrong and how to fix it, in one sentence for a person.</param>
/// <param name="BlocksReady">Whether <c>/readyz</c> answers 503 while the condition holds.</param>
public sealed record Warnable(string Code, string Message, bool BlocksReady = false);
