namespace OpenClaw.Edge.Automation;

/// <summary>Something that happened to a job.</summary>
/// <param name="Action"><c>added</c>, <c>updated</c>, <c>removed</c>, <c>started</c> or <c>finished</c>.</param>
/// <param name="Job">The job after it.</param>
/// <param name="Entry">The run, when it finished.</param>
public sealed record CronEvent(string Action, CronJob Job, CronRunEntry? Entry = null);
