namespace OpenClaw.Edge.Protocol.OpenAi;

/// <summary>Answer of LM Studio's <c>GET /api/v1/models</c>.</summary>
public sealed record LmStudioModelList
{
    /// <summary>The models; null when the answer is not LM Studio's.</summary>
    public IReadOnlyList<LmStudioModel>? Models { get; init; }
}
