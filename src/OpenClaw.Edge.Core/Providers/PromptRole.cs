namespace OpenClaw.Edge.Providers;

/// <summary>Who speaks in a prompt.</summary>
public enum PromptRole
{
    /// <summary>The person.</summary>
    User,

    /// <summary>The model.</summary>
    Assistant,

    /// <summary>A tool's result.</summary>
    Tool,
}
