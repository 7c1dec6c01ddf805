using System.Text.Json;

namespace OpenClaw.Edge.Protocol.OpenAi;

/// <summary>What LM Studio says a model can do.</summary>
public sealed record LmStudioCapabilities
{
    /// <summary>Whether it sees images.</summary>
    public bool Vision { get; init; }

    /// <summary>Whether it was trained to call tools.</summary>
    public bool TrainedForToolUse { get; init; }

    /// <summary>Present when it reasons.</summary>
    public JsonElement? Reasoning { get; init; }
}
