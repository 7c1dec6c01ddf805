using System.Collections.ObjectModel;
using System.Text.Json;

namespace OpenClaw.Edge.Configuration;

/// <summary>The <c>agents.defaults</c> section.</summary>
public sealed record AgentDefaultsConfig
{
    /// <summary>The model of agents that name none.</summary>
    public ModelChoiceConfig Model { get; init; } = new();

    /// <summary>Aliases and parameters by <c>provider/model</c>.</summary>
    public IReadOnlyDictionary<string, ModelEntryConfig> Models { get; init; } =
        ReadOnlyDictionary<string, ModelEntryConfig>.Empty;

    /// <summary>The model that looks at images when the agent's own cannot; <see langword="null"/> means none.</summary>
    public ModelChoiceConfig? ImageModel { get; init; }

    /// <summary>Workspace of the default agent; <see langword="null"/> means the state folder's.</summary>
    public string? Workspace { get; init; }

    /// <summary>Repository that the prompt names as the one worked on.</summary>
    public string? RepoRoot { get; init; }

    /// <summary>Skills that agents may use which name none, by name; <see langword="null"/> means all.</summary>
    public IReadOnlyList<string>? Skills { get; init; }

    /// <summary>Whether template files are not put into a new workspace.</summary>
    public bool SkipBootstrap { get; init; }

    /// <summary>Most characters of one bootstrap file in the prompt; <see langword="null"/> means the prompt's own budget.</summary>
    public int? BootstrapMaxChars { get; init; }

    /// <summary>Most characters of all bootstrap files; <see langword="null"/> means the prompt's own budget.</summary>
    public int? BootstrapTotalMaxChars { get; init; }

    /// <summary>Wall-clock budget of a run in seconds; zero means none.</summary>
    public int TimeoutSeconds { get; init; } = 600;

    /// <summary>Runs at once when the configuration names no number.</summary>
    public const int DefaultMaxConcurrent = 2;

    /// <summary>Runs at once over all sessions; <see langword="null"/> means <see cref="DefaultMaxConcurrent"/>. A number that
    /// somebody wrote also raises the slots of local models.</summary>
    public int? MaxConcurrent { get; init; }

    /// <summary><c>off</c>, <c>minimal</c>, <c>low</c>, <c>medium</c>, <c>high</c>, <c>xhigh</c>, <c>max</c>, <c>adaptive</c>;
    /// <see langword="null"/> means the model's own.</summary>
    public string? ThinkingDefault { get; init; }

    /// <summary>Whether commands leave the sandbox unasked when the sender may lift them out: <c>off</c>, <c>on</c>, <c>ask</c>, <c>full</c>.</summary>
    public string ElevatedDefault { get; init; } = "on";

    /// <summary>Cap on the window in tokens that any model is used with; <see langword="null"/> means the model's.</summary>
    public int? ContextTokens { get; init; }

    /// <summary>Largest media file in MB.</summary>
    public int MediaMaxMb { get; init; } = 20;

    /// <summary>IANA time zone told to the model; <see langword="null"/> means the machine's.</summary>
    public string? UserTimezone { get; init; }

    /// <summary>Most tool rounds of one turn.</summary>
    public int MaxToolRounds { get; init; } = 25;

    /// <summary>How long history is kept small.</summary>
    public CompactionConfig Compaction { get; init; } = new();

    /// <summary>Old tool results in the prompt.</summary>
    public ContextPruningConfig ContextPruning { get; init; } = new();

    /// <summary>Periodic turns.</summary>
    public HeartbeatConfig Heartbeat { get; init; } = new();

    /// <summary>Containers for tools.</summary>
    public SandboxConfig Sandbox { get; init; } = new();

    /// <summary>Agents started by agents, raw; undefined when absent.</summary>
    public JsonElement Subagents { get; init; }

    /// <summary>Extra request members for every model; undefined when absent.</summary>
    public JsonElement Params { get; init; }
}
