namespace OpenClaw.Edge.Protocol.OpenAi;

/// <summary>One model of LM Studio's native list.</summary>
public sealed record LmStudioModel
{
    /// <summary><c>llm</c> or <c>embedding</c>.</summary>
    public string? Type { get; init; }

    /// <summary>Id to call it by; calling it loads it when nothing is loaded.</summary>
    public string Key { get; init; } = "";

    /// <summary>Name for a person.</summary>
    public string? DisplayName { get; init; }

    /// <summary>Window that the model has.</summary>
    public int MaxContextLength { get; init; }

    /// <summary>Copies in memory.</summary>
    public IReadOnlyList<LmStudioInstance>? LoadedInstances { get; init; }

    /// <summary>What it can do.</summary>
    public LmStudioCapabilities? Capabilities { get; init; }
}
