using System.Text.Json;

namespace OpenClaw.Edge.Tools;

/// <summary>What a server has said that it can do.</summary>
/// <param name="Tools">Its tools as it describes them.</param>
/// <param name="Resources">Whether it has resources.</param>
/// <param name="Prompts">Whether it has prompts.</param>
/// <param name="ToolsChange">Whether it says when its tools change.</param>
/// <param name="ResourcesChange">Whether it says when its resources change.</param>
/// <param name="PromptsChange">Whether it says when its prompts change.</param>
/// <param name="Version">Its name and version; empty when it does not say.</param>
public sealed record McpOffer(
    IReadOnlyList<JsonElement> Tools, bool Resources, bool Prompts, bool ToolsChange, bool ResourcesChange, bool PromptsChange, string Version);
