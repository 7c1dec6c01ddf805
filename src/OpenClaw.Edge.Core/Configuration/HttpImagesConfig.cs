namespace OpenClaw.Edge.Configuration;

/// <summary>The <c>images</c> section of an HTTP endpoint.</summary>
public sealed record HttpImagesConfig
{
    /// <summary>Whether the gateway may fetch an image by URL.</summary>
    public bool AllowUrl { get; init; }

    /// <summary>Hosts that may be fetched from; empty means any public host.</summary>
    public IReadOnlyList<string> UrlAllowlist { get; init; } = [];

    /// <summary>Largest image in bytes.</summary>
    public int MaxBytes { get; init; } = 6 * 1024 * 1024;
}
