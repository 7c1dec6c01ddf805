namespace OpenClaw.Edge.Configuration;

/// <summary>The <c>gateway.http.endpoints</c> section. On by default, behind the token.</summary>
public sealed record HttpEndpointsConfig
{
    /// <summary><c>/v1/chat/completions</c>, and with it <c>/v1/models</c> and <c>/v1/embeddings</c>.</summary>
    public HttpEndpointConfig ChatCompletions { get; init; } = new();

    /// <summary><c>/v1/responses</c>.</summary>
    public HttpEndpointConfig Responses { get; init; } = new();
}
