using System.Text.Json;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.Security;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary><c>agents.list</c>, <c>agent.identity.get</c>, <c>commands.list</c>, and our own <c>edge.models.status</c>.</summary>
internal sealed class CatalogMethods(GatewayRuntime runtime)
{
    /// <summary>The methods.</summary>
    public IEnumerable<MethodEntry> Entries() =>
    [
        MethodEntry.Of("agents.list", OperatorScopes.Read, "…", _ => Agents()),
        MethodEntry.Of("agent.identity.get", OperatorScopes.Read, "agentId:str? sessionKey:str?", Identity),
        MethodEntry.Of("commands.list", OperatorScopes.Read, "agentId:str? sessionKey:str? provider:str? scope:str? includeArgs:bool", _ => MethodReply.Object(SlashCommands.WriteList)),
        MethodEntry.Of("edge.models.status", OperatorScopes.Read, "", _ => ModelStatus()),
    ];

    private MethodReply Agents()
    {
        AgentCatalog agents = runtime.Agents();
        return MethodReply.Object(json =>
        {
            json.WriteString("defaultId"u8, agents.Default.Id);
            json.WriteString("ownership"u8, agents.All.Count > 1 ? "explicit"u8 : "sole"u8);
            json.WriteBoolean("selectionRequired"u8, false);
            json.WriteString("mainKey"u8, "main"u8);
            json.WriteString("scope"u8, "per-sender"u8);
            json.WriteStartArray("agents"u8);
            foreach (AgentEntry agent in agents.All)
            {
                WriteAgent(json, agent);
            }

            json.WriteEndArray();
        });
    }

    private void WriteAgent(Utf8JsonWriter json, AgentEntry agent)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, agent.Id);
        WriteIdentity(json, agent);
        json.WriteString("workspace"u8, agent.Workspace);
        json.WriteBoolean("workspaceGit"u8, Directory.Exists(Path.Combine(agent.Workspace, ".git")));
        SessionRowJson.WriteRuntime(json, "auto");
        ModelJson.WriteThinking(json, (agent.Model ?? runtime.Models.Catalog.DefaultModelRef) is { } usual ? runtime.Models.Catalog.Describe(usual) : null);
        json.WriteString("defaultPermissionMode"u8, "guarded"u8);
        if ((agent.Model ?? runtime.Models.Catalog.DefaultModelRef) is { } primary)
        {
            json.WriteStartObject("model"u8);
            json.WriteString("primary"u8, primary);
            if (agent.Fallbacks.Count > 0)
            {
                json.WriteTexts("fallbacks"u8, agent.Fallbacks);
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    // An agent that nobody has named is known by its id alone.
    private static void WriteIdentity(Utf8JsonWriter json, AgentEntry agent)
    {
        if (agent.Name != agent.Id)
        {
            json.WriteString("name"u8, agent.Name);
        }

        if (agent.Name != agent.Id || agent.Emoji is not null)
        {
            json.WriteStartObject("identity"u8);
            json.WriteString("name"u8, agent.Name);
            if (agent.Emoji is not null)
            {
                json.WriteString("emoji"u8, agent.Emoji);
            }

            json.WriteEndObject();
        }
    }

    private MethodReply Identity(MethodCall call)
    {
        AgentCatalog agents = runtime.AgentsOf(call);
        string? asked = call.Text("agentId");
        if (asked is null && call.Text("sessionKey") is { } text)
        {
            if (!SessionTarget.TryParse(text, null, agents, out SessionKey key, out GatewayError? error))
            {
                return MethodReply.Fail(error);
            }

            asked = key.AgentId;
        }

        if (!agents.TryGet(asked ?? agents.Default.Id, out AgentEntry? agent))
        {
            // As there: a page may ask about the agent of an old session.
            return MethodReply.Object(json =>
            {
                json.WriteString("agentId"u8, asked);
                json.WriteString("name"u8, "Assistant"u8);
                json.WriteString("nameSource"u8, "default"u8);
                json.WriteString("avatar"u8, "A"u8);
            });
        }

        return MethodReply.Object(json =>
        {
            string name = agent.Name == agent.Id ? "Assistant" : agent.Name; // one that nobody has named
            json.WriteString("agentId"u8, agent.Id);
            json.WriteString("name"u8, name);
            json.WriteString("nameSource"u8, agent.Name == agent.Id ? "default"u8 : "config"u8);
            json.WriteString("avatar"u8, agent.Emoji ?? name[..1].ToUpperInvariant());
            if (agent.Emoji is not null)
            {
                json.WriteString("emoji"u8, agent.Emoji);
            }
        });
    }

    // Ours: which servers answer, for `openclaw models status`.
    private MethodReply ModelStatus() => MethodReply.Object(json =>
    {
        json.WriteString("defaultModel"u8, runtime.Models.Catalog.DefaultModelRef);
        json.WriteBoolean("anyReachable"u8, runtime.Models.AnyReachable);
        json.WriteStartArray("providers"u8);
        foreach (ModelProviderEntry provider in runtime.Models.Catalog.Providers)
        {
            json.WriteStartObject();
            json.WriteString("id"u8, provider.Id);
            json.WriteString("api"u8, provider.Api);
            json.WriteString("baseUrl"u8, provider.BaseUri.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped));
            json.WriteBoolean("local"u8, provider.Local);
            json.WriteBoolean("discovered"u8, provider.Discovered);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("health"u8);
        foreach (ModelHealth health in runtime.Models.Health)
        {
            json.WriteStartObject();
            json.WriteString("ref"u8, health.Ref);
            if (health.Reachable is { } reachable)
            {
                json.WriteBoolean("reachable"u8, reachable);
            }

            if (health.LastError is not null)
            {
                json.WriteString("lastError"u8, health.LastError);
            }

            if (health.CooldownUntil is { } until)
            {
                json.WriteNumber("cooldownUntil"u8, until.ToUnixTimeMilliseconds());
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    });
}
