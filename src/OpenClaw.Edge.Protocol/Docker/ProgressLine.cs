using System.Text.Json.Serialization;

namespace OpenClaw.Edge.Protocol.Docker;

/// <summary>A line of what pulls, builds or imports an image.</summary>
public sealed record ProgressLine
{
    /// <summary>Output of a build.</summary>
    [JsonPropertyName("stream")]
    public string? Stream { get; init; }

    /// <summary>What a pull does.</summary>
    [JsonPropertyName("status")]
    public string? Status { get; init; }

    /// <summary>Layer of a pull.</summary>
    [JsonPropertyName("id")]
    public string? Id { get; init; }

    /// <summary>How far it is, as a bar.</summary>
    [JsonPropertyName("progress")]
    public string? Progress { get; init; }

    /// <summary>Why it failed; the last line.</summary>
    [JsonPropertyName("error")]
    public string? Error { get; init; }

    /// <summary>The line for a person; empty when there is nothing to say.</summary>
    [JsonIgnore]
    public string Text => Error ?? Stream?.TrimEnd() ?? string.Join(' ', new[] { Id, Status, Progress }.Where(part => !string.IsNullOrEmpty(part)));
}
