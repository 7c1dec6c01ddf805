using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Tools;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Agents;

public sealed class AgentCatalogTests
{
    private static readonly StatePaths Paths = new()
    {
        StateDir = "/state",
        ConfigPath = "/state/openclaw.json",
        DefaultWorkspaceDir = "/state/workspace",
        SecretDir = "/state/secrets",
        StateDirSource = "test",
        ConfigPathSource = "test",
    };

    [Fact]
    public void Without_configuration_there_is_main()
    {
        AgentEntry main = Assert.Single(AgentCatalog.Create(new EdgeConfig(), Paths).All);

        Assert.Equal(("main", "main", "/state/workspace", true), (main.Id, main.Name, main.Workspace, main.IsDefault));
        Assert.Null(main.Model);
    }

    [Fact]
    public void Agents_take_what_they_do_not_say_from_the_defaults()
    {
        AgentCatalog catalog = AgentCatalog.Create(
            new EdgeConfig
            {
                Agents = new()
                {
                    Defaults = new() { Model = new() { Primary = "ollama/qwen3:8b", Fallbacks = ["openai/x"] }, ThinkingDefault = "low" },
                    List =
                    [
                        new AgentConfig { Id = "Work", Name = "Worker" },
                        new AgentConfig { Id = "home", Default = true, Workspace = "/home/me/ws", Model = new() { Primary = "lm/y" } },
                        new AgentConfig { Id = "WORK" },
                    ],
                },
                Tools = new() { Deny = ["write"] },
            },
            Paths);

        Assert.Equal(["work", "home"], catalog.All.Select(agent => agent.Id));
        Assert.Equal("home", catalog.Default.Id);
        Assert.True(catalog.TryGet("WORK", out AgentEntry? work));
        Assert.Equal(("/state/workspace-work", "ollama/qwen3:8b", "low"), (work.Workspace, work.Model, work.Think));
        Assert.Equal("openai/x", Assert.Single(work.Fallbacks));
        Assert.Equal(("/home/me/ws", "lm/y"), (catalog.Default.Workspace, catalog.Default.Model));
        Assert.False(catalog.TryGet("ghost", out _));
    }

    [Fact]
    public void An_agent_cannot_allow_what_is_denied_for_all()
    {
        AgentEntry agent = AgentCatalog.Create(
            new EdgeConfig
            {
                Agents = new() { List = [new AgentConfig { Id = "main", Tools = new ToolsConfig { Profile = "full", AlsoAllow = ["write"] } }] },
                Tools = new() { Deny = ["write"] },
            },
            Paths).Default;

        Assert.Equal(["edit", "ls", "read"], new ToolRegistry(BuiltInTools.All).All.Select(tool => tool.Spec.Name).Where(agent.Tools.Allows));
    }
}
