using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Sandbox;

namespace OpenClaw.Edge.Cli.Checks;

/// <summary>Checks of the sandboxes that are switched on: whether they can be made, and what weakens them.</summary>
internal static class SandboxChecks
{
    private const string Ready = "edge/doctor/sandbox";
    private const string Rootful = "edge/doctor/sandbox-engine-root";
    private const string Weak = "edge/doctor/sandbox-weakened";

    /// <summary>One look at each agent whose mode is not off.</summary>
    public static async Task<IReadOnlyList<Finding>> CheckAsync(CliContext context, CancellationToken cancellationToken)
    {
        List<Finding> findings = [];
        using SandboxInspector sandboxes = new(context.Config.Config, context.Paths, context.Config.Environment, context.Clock);
        foreach (string agent in context.Config.Config.Agents.Ids)
        {
            SandboxConfig settings = context.Config.Config.Agents.SandboxOf(agent);
            if (settings.Mode != "off")
            {
                SandboxScope scope = new(agent, $"agent:{agent}:main", context.Config.Config.Agents.WorkspaceOf(agent, context.Paths));
                findings.AddRange(Judge(agent, settings, context.Config.Config.Tools.Elevated, await sandboxes.ExplainAsync(scope, cancellationToken)));
            }
        }

        return [.. findings.DistinctBy(finding => finding.Message)];
    }

    private static IEnumerable<Finding> Judge(string agent, SandboxConfig settings, ElevatedConfig all, SandboxReport report)
    {
        yield return report.Problem is null
            ? Finding.Ok(Ready, $"sandboxes are ready: {report.Backend}, {report.Engine}")
            : new Finding(Ready, FindingSeverity.Error, $"sandboxed commands of agent {agent} would be refused: {report.Problem}", report.Fix);
        if (report.IsRootful)
        {
            yield return new Finding(
                Rootful,
                FindingSeverity.Warning,
                $"the container engine runs as root ({report.Engine}): an escape from a sandbox would be root's",
                "use rootless Docker or Podman (dockerd-rootless-setuptool.sh install)");
        }

        foreach ((string key, bool on) in Exceptions(settings.Docker))
        {
            if (on)
            {
                yield return new Finding(
                    Weak, FindingSeverity.Warning, $"agent {agent}: sandbox.docker.{key} weakens the sandbox", "remove the key when it is no longer needed");
            }
        }

        foreach ((string channel, _) in all.AllowFrom.Where(list => all.Enabled && list.Value.Contains("*")))
        {
            yield return new Finding(
                Weak, FindingSeverity.Warning, $"tools.elevated.allowFrom.{channel} names everybody: their commands leave the sandbox",
                "name the ids that may, or set agents.defaults.elevatedDefault to \"off\"");
        }

        foreach (SandboxWall wall in report.Walls.Where(wall => wall is { State: SandboxWallState.Off, Stars: 3 } && wall.Name != "second wall"))
        {
            yield return new Finding(
                Weak, FindingSeverity.Warning, $"agent {agent}: the sandbox has no {wall.Name} wall: {wall.Detail}", "see 'openclaw sandbox explain'");
        }
    }

    private static IEnumerable<(string Key, bool On)> Exceptions(SandboxDockerConfig docker) =>
    [
        ("dangerouslyAllowReservedContainerTargets", docker.AllowReservedTargets),
        ("dangerouslyAllowExternalBindSources", docker.AllowExternalSources),
        ("dangerouslyAllowContainerNamespaceJoin", docker.AllowNamespaceJoin),
    ];
}
