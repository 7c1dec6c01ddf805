namespace OpenClaw.Edge.Protocol.Ollama;

/// <summary>One model of <c>/api/tags</c> or <c>/api/ps</c>.</summary>
public sealed record OllamaTag
{
    /// <summary>Name with tag, such as <c>qwen3:8b</c>.</summary>
    public string? Name { get; init; }

    /// <summary>The same, in newer servers.</summary>
    public string? Model { get; init; }

    /// <summary>Digest of the manifest.</summary>
    public string? Digest { get; init; }

    /// <summary>Bytes on disk, or in memory for <c>/api/ps</c>.</summary>
    public long Size { get; init; }

    /// <summary>Id to call it by.</summary>
    public string Id => Model ?? Name ?? "";
}
