namespace OpenClaw.Edge.Configuration;

/// <summary>The <c>agents.defaults.contextPruning</c> section: old tool results in the prompt, never on disk.</summary>
public sealed record ContextPruningConfig
{
    /// <summary><c>auto</c> (when history no longer fits), <c>cache-ttl</c> (also after a pause) or <c>off</c>.</summary>
    public string Mode { get; init; } = "auto";

    /// <summary>Pause after which a model server's cache counts as cold.</summary>
    public TimeSpan Ttl { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Tools whose results may be pruned; empty means all. May end with <c>*</c>.</summary>
    public IReadOnlyList<string> Allow { get; init; } = [];

    /// <summary>Tools whose results stay.</summary>
    public IReadOnlyList<string> Deny { get; init; } = [];

    /// <summary>Whether results are cleared when trimming is not enough.</summary>
    public bool HardClear { get; init; } = true;

    /// <summary>What stands for a cleared result.</summary>
    public string Placeholder { get; init; } = "[Old tool result content cleared]";
}
