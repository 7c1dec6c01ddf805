namespace OpenClaw.Edge.Gateway.Methods;

/// <summary>A named group of sessions.</summary>
/// <param name="Name">What a person calls it.</param>
/// <param name="Folder">Absolute folder for new sessions of it; null for the agent's own.</param>
/// <param name="Worktree">Whether new sessions of it get a worktree; kept for clients, no effect here.</param>
internal sealed record SessionGroup(string Name, string? Folder, bool Worktree);
