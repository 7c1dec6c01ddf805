namespace OpenClaw.Edge.TestKit.Engines;

/// <summary>A command that a fake engine was asked to run.</summary>
/// <param name="Container">Name of its container.</param>
/// <param name="Command">The last word of what it runs: the text of <c>sh -c</c>.</param>
/// <param name="Env">Its variables, <c>name=value</c>.</param>
/// <param name="Workdir">Its folder inside.</param>
public sealed record FakeExec(string Container, string Command, IReadOnlyList<string> Env, string? Workdir);
