namespace OpenClaw.Edge.Protocol.OpenAi;

/// <summary>A copy of a model in LM Studio's memory.</summary>
public sealed record LmStudioInstance
{
    /// <summary>Id to call exactly this copy by.</summary>
    public string Id { get; init; } = "";

    /// <summary>How it was loaded.</summary>
    public LmStudioLoadConfig? Config { get; init; }
}
