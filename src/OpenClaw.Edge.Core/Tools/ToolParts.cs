using System.Text.Json;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.Skills;

namespace OpenClaw.Edge.Tools;

/// <summary>What the built-in tools use; put together once by the composition root.</summary>
public sealed record ToolParts
{
    /// <summary>The configuration in force, with the environment it was read in.</summary>
    public required Func<ConfigSnapshot> Config { get; init; }

    /// <summary>Judges commands.</summary>
    public required ExecGuard Guard { get; init; }

    /// <summary>Commands that run or ran.</summary>
    public required ProcessTable Processes { get; init; }

    /// <summary>Skills of agents, whose variables commands get; null where there are none.</summary>
    public SkillCatalog? Skills { get; init; }

    /// <summary>For addresses that a model chose; null leaves <c>web_fetch</c> out.</summary>
    public GuardedHttp? Web { get; init; }

    /// <summary>For addresses that the configuration names; null leaves <c>web_search</c> out.</summary>
    public ProviderHttp? Http { get; init; }

    /// <summary>The memory of agents; null leaves its tools out.</summary>
    public Func<Memory.MemoryIndex>? Memory { get; init; }

    /// <summary>Finds a connected node that runs commands, by id or name, or the only one for null; else says why there is none. Null where
    /// there are no nodes.</summary>
    public Func<string?, (string? Id, string Problem)>? FindNode { get; init; }

    /// <summary>Has a node run a command: its id, the params of <c>system.run</c>, and the longest wait.</summary>
    public Func<string, JsonElement, TimeSpan, CancellationToken, Task<NodeAnswer>>? RunOnNode { get; init; }

    /// <summary>Clock.</summary>
    public required TimeProvider Time { get; init; }
}
