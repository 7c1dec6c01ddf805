using OpenClaw.Edge.Providers;

namespace OpenClaw.Edge.Http;

/// <summary>A <c>/v1/chat/completions</c> body that was checked, in our own words.</summary>
internal sealed record ChatRequest
{
    /// <summary>The <c>model</c> string as sent; answers echo it.</summary>
    public required string Model { get; init; }

    /// <summary><c>system</c> and <c>developer</c> messages, joined by a blank line.</summary>
    public string System { get; init; } = "";

    /// <summary>All other messages, oldest first.</summary>
    public required IReadOnlyList<PromptMessage> Messages { get; init; }

    /// <summary>Whether the answer is an event stream.</summary>
    public bool Stream { get; init; }

    /// <summary>Whether the stream ends with a usage chunk.</summary>
    public bool IncludeUsage { get; init; }

    /// <summary>Tools that the caller runs itself.</summary>
    public IReadOnlyList<ToolSpec> Tools { get; init; } = [];

    /// <summary>Whether <c>tool_choice</c> demands a call: an answer without one is a failure.</summary>
    public bool ToolRequired { get; init; }

    /// <summary>Sampling and limits.</summary>
    public SamplingOptions Sampling { get; init; } = new();

    /// <summary>The body's <c>user</c>: requests of one user share a session.</summary>
    public string? User { get; init; }
}
