namespace OpenClaw.Edge.Protocol.OpenAi;

/// <summary>Answer of <c>GET /v1/models</c>; also of LM Studio's <c>/api/v0/models</c>, which says more.</summary>
public sealed record OpenAiModelList
{
    /// <summary>The models.</summary>
    public IReadOnlyList<OpenAiModel> Data { get; init => field = value ?? []; } = []; // the generated reader sets what is missing to null
}
