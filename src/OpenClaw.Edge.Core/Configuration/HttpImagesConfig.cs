namespace OpenClaw.Edge.Configuration;

/// <summary>The <c>images</c> section of an HTTP endpoint.</summary>
public sealed record HttpImagesConfig
{
    /// <summary>Largest image in bytes.</summary>
    public int MaxBytes { get; init; } = 6 * 1024 * 1024;
}
