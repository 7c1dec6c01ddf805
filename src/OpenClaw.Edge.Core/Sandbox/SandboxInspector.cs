using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Protocol.Docker;

namespace OpenClaw.Edge.Sandbox;

/// <summary>Looks at sandboxes from outside, for commands and checks: starts none and makes none. Not thread-safe.</summary>
public sealed class SandboxInspector : IDisposable
{
    private readonly EdgeConfig _config;
    private readonly StatePaths _paths;
    private readonly ProcessEnvironment _environment;
    private readonly TimeProvider _clock;
    private readonly SandboxEngines _engines;
    private readonly SandboxUsage _usage;

    /// <summary>Creates one; nothing is connected yet.</summary>
    public SandboxInspector(EdgeConfig config, StatePaths paths, ProcessEnvironment environment, TimeProvider clock)
    {
        (_config, _paths, _environment, _clock) = (config, paths, environment, clock);
        _engines = new SandboxEngines(clock);
        _usage = new SandboxUsage(SandboxRouter.UsageFolder(paths), clock);
    }

    /// <summary>What holds for a session. Never throws for what is wrong with the sandbox: the report says it.</summary>
    public async Task<SandboxReport> ExplainAsync(SandboxScope scope, CancellationToken cancellationToken)
    {
        SandboxConfig settings = _config.Agents.SandboxOf(scope.AgentId);
        SandboxReport report = new() { Settings = settings, IsSandboxed = SandboxRouter.Covers(settings, scope), Backend = settings.Backend };
        try
        {
            SandboxPlace place = SandboxPlace.Of(settings, scope, _paths, _environment);
            report = report with { Name = place.Name, HostWorkspace = place.HostWorkspace, Mounts = Mounts(settings, place) };
            return await CompleteAsync(report, settings, scope, cancellationToken);
        }
        catch (SandboxUnavailableException exception)
        {
            return report with { Problem = exception.Reason, Fix = exception.Fix };
        }
        catch (EngineException exception)
        {
            return report with { Problem = exception.Message, Fix = "The engine's log says more." };
        }
    }

    /// <summary>The engine of the defaults. Throws <see cref="SandboxUnavailableException"/>.</summary>
    public async Task<DockerEngineClient> EngineAsync(CancellationToken cancellationToken) =>
        (await _engines.FindAsync(_config.Agents.Defaults.Sandbox, _environment, cancellationToken)).Client;

    /// <summary>This gateway's containers, newest first. Throws <see cref="SandboxUnavailableException"/> and
    /// <see cref="EngineException"/>.</summary>
    public async Task<IReadOnlyList<SandboxRow>> ListAsync(CancellationToken cancellationToken)
    {
        DockerEngineClient engine = await EngineAsync(cancellationToken);
        IReadOnlyList<ContainerSummary> found = await engine.ListContainersAsync(
            [SandboxLabels.Mark + "=1", $"{SandboxLabels.Owner}={_paths.StateDir}"], cancellationToken);
        return [.. found.Select(Row).OrderByDescending(row => row.CreatedAt)];
    }

    /// <summary>Removes a container; the next call of its scope makes it anew.</summary>
    public async Task RemoveAsync(SandboxRow row, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(row);
        await (await EngineAsync(cancellationToken)).RemoveContainerAsync(row.Id, cancellationToken);
        _usage.Forget(row.Name);
    }

    /// <inheritdoc />
    public void Dispose() => _engines.Dispose();

    private SandboxRow Row(ContainerSummary container)
    {
        string scope = container.Labels?.GetValueOrDefault(SandboxLabels.Scope) ?? "";
        SandboxConfig settings = _config.Agents.SandboxOf(SandboxPruning.AgentOf(scope));
        DateTimeOffset made = SandboxPruning.MadeAt(container);
        return new SandboxRow
        {
            Id = container.Id,
            Name = container.Name,
            ScopeKey = scope,
            Image = container.Image,
            IsRunning = container.State == "running",
            ImageMatches = container.Image == settings.Docker.Image,
            CreatedAt = made,
            LastUsedAt = _usage.LastUsed(container.Name) ?? made,
            Outdated = SandboxPruning.Reason(container, settings, _usage, _clock.GetUtcNow()),
        };
    }

    // As the router decides, so that what is told is what happens.
    private async Task<SandboxReport> CompleteAsync(
        SandboxReport report, SandboxConfig settings, SandboxScope scope, CancellationToken cancellationToken)
    {
        if (settings.Backend == "bubblewrap")
        {
            return Bubblewrap(report, settings, scope);
        }

        FoundEngine engine;
        try
        {
            engine = await _engines.FindAsync(settings, _environment, cancellationToken);
        }
        catch (SandboxUnavailableException) when (settings.Backend == "auto" && BubblewrapSandbox.Obstacle(_environment) is null)
        {
            return Bubblewrap(report, settings, scope);
        }

        SandboxPlan plan = SandboxPlan.Make(settings, scope, engine.Facts, engine.Client.SocketPath, _paths, _environment);
        bool hasImage = await engine.Client.InspectImageAsync(settings.Docker.Image, cancellationToken) is not null;
        return report with
        {
            Backend = "docker",
            Engine = $"{engine.Facts.Version} on {engine.Client.SocketPath} ({engine.Place.Source})",
            IsRootful = !engine.Facts.IsRootless,
            Walls = SandboxWalls.Of(settings, plan, engine.Facts),
            Problem = hasImage ? null : $"the engine has no image {settings.Docker.Image}",
            Fix = hasImage ? null : $"Run: {SandboxImages.HowToGet(settings.Docker.Image)}",
        };
    }

    private SandboxReport Bubblewrap(SandboxReport report, SandboxConfig settings, SandboxScope scope)
    {
        if (BubblewrapSandbox.Obstacle(_environment) is string obstacle)
        {
            throw new SandboxUnavailableException(obstacle, "Install the package bubblewrap, or use a container engine.");
        }

        BubblewrapPlan plan = BubblewrapPlan.Make(settings, scope, _paths, _environment, SandboxInit.OwnProgram);
        SandboxCgroup group = SandboxCgroup.For("explain", plan.Limits, _environment);
        group.Remove();
        return report with
        {
            Backend = "bubblewrap",
            Engine = SandboxCgroup.Find(_environment, "bwrap"),
            Walls = SandboxWalls.Of(settings, plan, group),
        };
    }

    private static List<(string Host, string Inside, bool Writable, string Source)> Mounts(SandboxConfig settings, SandboxPlace place)
    {
        List<(string Host, string Inside, bool Writable, string Source)> mounts = [(place.HostWorkspace, settings.Docker.Workdir, true, "workspace")];
        if (place.HostAgentWorkspace is { } agents)
        {
            mounts.Add((agents, SandboxSession.AgentFolder, false, "agent"));
        }

        mounts.AddRange(SandboxBinds.Effective(settings.Docker.Binds)
            .Select(bind => (bind.Split(':')[0], bind.Split(':')[1], SandboxBinds.IsWritable(bind), "bind")));
        return mounts;
    }
}
