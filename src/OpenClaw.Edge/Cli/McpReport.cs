namespace OpenClaw.Edge.Cli;

/// <summary>What a look at an MCP server brought.</summary>
public sealed record McpReport
{
    /// <summary>Its name in the configuration.</summary>
    public required string Name { get; init; }

    /// <summary>What is wrong with its entry on this machine; the flag says whether the server cannot work.</summary>
    public IReadOnlyList<(bool IsError, string Message)> Issues { get; init; } = [];

    /// <summary>Why it could not be opened; null when it could, or was not tried.</summary>
    public string? Problem { get; init; }

    /// <summary>Names of its tools as models see them, after the filter.</summary>
    public IReadOnlyList<string> Tools { get; init; } = [];

    /// <summary>How many tools it has.</summary>
    public int Offered { get; init; }

    /// <summary>Whether it has resources.</summary>
    public bool Resources { get; init; }

    /// <summary>Whether it has prompts.</summary>
    public bool Prompts { get; init; }

    /// <summary>Whether it says when its tools, resources, prompts change.</summary>
    public (bool Tools, bool Resources, bool Prompts) Changes { get; init; }

    /// <summary>Its name and version; empty when it does not say.</summary>
    public string Version { get; init; } = "";
}
