namespace OpenClaw.Edge.Protocol.OpenAi;

/// <summary>How LM Studio loaded a model.</summary>
public sealed record LmStudioLoadConfig
{
    /// <summary>Window in tokens.</summary>
    public int ContextLength { get; init; }
}
