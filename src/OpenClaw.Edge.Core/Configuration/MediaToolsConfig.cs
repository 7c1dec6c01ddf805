namespace OpenClaw.Edge.Configuration;

/// <summary>The <c>tools.media</c> section; <see langword="null"/> means: when a model for it is there.</summary>
public sealed record MediaToolsConfig
{
    /// <summary>Whether images are described.</summary>
    public bool? ImageEnabled { get; init; }

    /// <summary>Whether speech is transcribed.</summary>
    public bool? AudioEnabled { get; init; }

    /// <summary>Whether videos are described.</summary>
    public bool? VideoEnabled { get; init; }
}
