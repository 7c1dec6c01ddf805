namespace OpenClaw.Edge.Automation;

/// <summary>A turn that a webhook has started.</summary>
/// <param name="RunId">Its run.</param>
/// <param name="Completion">How it ends; never faults.</param>
public sealed record HookRun(string RunId, Task<HookCompletion> Completion);
