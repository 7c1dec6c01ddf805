namespace OpenClaw.Edge.Tools;

/// <summary>What a person's word on a node's command is good for, and for whom.</summary>
/// <param name="Asker">Device that asked, or its connection.</param>
/// <param name="What">Words, directory, agent and session, JSON.</param>
/// <param name="Env">Variables.</param>
/// <param name="Plan">What the node said that it would run, JSON; null without it.</param>
public sealed record ApprovalBinding(string Asker, string What, string Env, string? Plan);
