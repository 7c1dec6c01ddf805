namespace OpenClaw.Edge.Configuration;

/// <summary>The <c>blockStreaming*</c> keys of <c>agents.defaults</c>.</summary>
public sealed record BlockStreamingConfig
{
    /// <summary>Whether answers go to channels in blocks.</summary>
    public bool Enabled { get; init; }

    /// <summary><c>text_end</c> or <c>message_end</c>.</summary>
    public string Break { get; init; } = "text_end";

    /// <summary>Fewest characters of a block.</summary>
    public int MinChars { get; init; } = 200;

    /// <summary>Most characters of a block.</summary>
    public int MaxChars { get; init; } = 1500;
}
