using System.Globalization;
using Microsoft.Extensions.Logging;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Protocol.Docker;

namespace OpenClaw.Edge.Sandbox;

/// <summary>Says which containers have had their time, and removes them.</summary>
internal static partial class SandboxPruning
{
    /// <summary>Why a container has had its time; null while it has not.</summary>
    /// <param name="container">One of ours.</param>
    /// <param name="settings">The limits; 0 hours or days is without.</param>
    /// <param name="usage">When it was used.</param>
    /// <param name="now">The time.</param>
    public static string? Reason(ContainerSummary container, SandboxConfig settings, SandboxUsage usage, DateTimeOffset now)
    {
        DateTimeOffset made = MadeAt(container);
        TimeSpan idle = now - (usage.LastUsed(container.Name) ?? made);
        return settings.PruneMaxAgeDays > 0 && now - made > TimeSpan.FromDays(settings.PruneMaxAgeDays)
            ? $"older than {settings.PruneMaxAgeDays} days"
            : settings.PruneIdleHours > 0 && idle > TimeSpan.FromHours(settings.PruneIdleHours)
            ? $"not used for {settings.PruneIdleHours} hours" : null;
    }

    /// <summary>When a container was made.</summary>
    public static DateTimeOffset MadeAt(ContainerSummary container) =>
        long.TryParse(container.Labels?.GetValueOrDefault(SandboxLabels.CreatedAt), CultureInfo.InvariantCulture, out long ms)
            ? DateTimeOffset.FromUnixTimeMilliseconds(ms)
            : DateTimeOffset.FromUnixTimeSeconds(container.Created);

    /// <summary>Removes what has had its time and is not busy; the names of what went.</summary>
    public static async Task<IReadOnlyList<string>> RunAsync(
        DockerEngineClient engine, Func<string, SandboxConfig> settings, SandboxUsage usage, Func<string, bool> isBusy, string owner,
        TimeProvider clock, ILogger logger, CancellationToken cancellationToken)
    {
        List<string> gone = [];
        foreach (ContainerSummary container in await engine.ListContainersAsync([SandboxLabels.Mark + "=1", $"{SandboxLabels.Owner}={owner}"], cancellationToken))
        {
            string scope = container.Labels?.GetValueOrDefault(SandboxLabels.Scope) ?? "";
            if (!isBusy(container.Name) && Reason(container, settings(AgentOf(scope)), usage, clock.GetUtcNow()) is string why)
            {
                await engine.RemoveContainerAsync(container.Id, cancellationToken);
                usage.Forget(container.Name);
                gone.Add(container.Name);
                Log.Pruned(logger, container.Name, why);
            }
        }

        return gone;
    }

    /// <summary>The agent of a scope, <c>agent:&lt;id&gt;[:…]</c>; empty for one that is shared.</summary>
    public static string AgentOf(string scope) => scope.Split(':') is ["agent", string id, ..] ? id : "";

    private static partial class Log
    {
        [LoggerMessage(1905, LogLevel.Information, "Sandbox {Name} was removed: {Reason}.")]
        public static partial void Pruned(ILogger logger, string name, string reason);
    }
}
