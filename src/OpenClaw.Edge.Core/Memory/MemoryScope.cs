using OpenClaw.Edge.Configuration;

namespace OpenClaw.Edge.Memory;

/// <summary>Whose memory: an agent, its folder, and how it is searched.</summary>
/// <param name="AgentId">Id of the agent.</param>
/// <param name="Workspace">Absolute path of its workspace.</param>
/// <param name="Settings">What the configuration says.</param>
public sealed record MemoryScope(string AgentId, string Workspace, MemorySearchConfig Settings)
{
    /// <summary>Whether there may be anything to search: notes, or folders that the configuration names. Looks at the disk; never throws.</summary>
    public bool HasNotes =>
        Settings.Enabled
        && (Settings.ExtraPaths.Count > 0 || File.Exists(Path.Combine(Workspace, "MEMORY.md")) || Directory.Exists(Path.Combine(Workspace, "memory")));
}
