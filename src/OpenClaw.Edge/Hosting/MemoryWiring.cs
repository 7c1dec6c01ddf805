using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Memory;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.Storage;
using OpenClaw.Edge.Tools;

namespace OpenClaw.Edge.Hosting;

/// <summary>Ties memory to the agents, the model servers and the turns of one gateway.</summary>
internal static class MemoryWiring
{
    /// <summary>Makes the memory of all agents.</summary>
    public static MemoryIndex Make(
        EdgeDatabase database,
        ModelRouter router,
        ConfigStore config,
        Func<AgentCatalog> agents,
        ProviderHttp http,
        TimeProvider clock,
        Microsoft.Extensions.Logging.ILoggerFactory loggers)
    {
        (AgentCatalog? Agents, IReadOnlyList<MemoryScope> Scopes) last = (null, []);
        var gate = new Lock();
        return new MemoryIndex(new MemoryParts
        {
            Database = database,
            Disk = WorkspaceMemory.Disk,
            Scopes = Scopes,
            Choose = new ProviderEmbedders(() => router.Catalog, () => config.Current, http, clock).ChooseAsync,
            Time = clock,
            Logger = loggers.CreateLogger("OpenClaw.Edge.Memory"),
        });

        // A configuration that is taken over makes a new catalogue; as long as it is the same, so are the settings.
        IReadOnlyList<MemoryScope> Scopes()
        {
            lock (gate)
            {
                AgentCatalog now = agents();
                if (!ReferenceEquals(last.Agents, now))
                {
                    ConfigSnapshot snapshot = config.Current;
                    MemorySearchConfig all = AtHome(snapshot.Config.Memory.Search, snapshot.Environment);
                    last = (now, [.. now.All.Select(agent => new MemoryScope(
                        agent.Id, agent.Workspace, snapshot.Config.Agents.Find(agent.Id)?.MemorySearch is { } own ? AtHome(own, snapshot.Environment) : all))]);
                }

                return last.Scopes;
            }
        }
    }

    private static MemorySearchConfig AtHome(MemorySearchConfig settings, ProcessEnvironment environment) => settings with
    {
        ExtraPaths = [.. settings.ExtraPaths.Select(extra => extra.Path.StartsWith('~') ? extra with { Path = environment.FullPath(extra.Path) } : extra)],
    };

    /// <summary>Tells memory what turns do that may change notes.</summary>
    public static Action<RunEvent> Listener(MemoryIndex memory) => told =>
    {
        if (told is RunToolEndedEvent { IsError: false, Name: "write" or "edit" or "apply_patch" or "exec" or "process" })
        {
            memory.TouchAfterTurn(told.Run.Request.SessionKey.AgentId);
        }
        else if (told is RunCompactionEvent { Starts: false })
        {
            memory.Touch(told.Run.Request.SessionKey.AgentId); // notes are flushed before history is shortened
        }
    };
}
