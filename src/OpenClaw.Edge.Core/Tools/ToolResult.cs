using System.Text.Json;
using OpenClaw.Edge.Providers;

namespace OpenClaw.Edge.Tools;

/// <summary>What a tool answers.</summary>
/// <param name="Text">What the model reads.</param>
/// <param name="IsError">Whether the call failed in a way the model may correct.</param>
/// <param name="Details">Facts for clients; never sent to a model.</param>
public sealed record ToolResult(string Text, bool IsError = false, JsonElement? Details = null)
{
    /// <summary>Images for a model that sees; sent once, not stored.</summary>
    public IReadOnlyList<PromptImage> Images { get; init; } = [];

    /// <summary>A failure that says what to do instead.</summary>
    public static ToolResult Error(string text) => new(text, IsError: true);
}
