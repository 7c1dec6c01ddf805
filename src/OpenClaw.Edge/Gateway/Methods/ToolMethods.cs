using System.Text.Json;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Security;
using OpenClaw.Edge.Sessions;
using OpenClaw.Edge.Tools;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary><c>tools.catalog</c>, <c>tools.effective</c>, <c>tools.invoke</c>.</summary>
internal sealed class ToolMethods(GatewayRuntime runtime)
{
    private const string McpGroup = "mcp";

    private static readonly (string Id, string Label)[] s_profiles =
        [("minimal", "Minimal"), ("coding", "Coding"), ("messaging", "Messaging"), ("full", "Full")];

    private static readonly (string Id, string Label, string[] Tools)[] s_groups =
    [
        ("fs", "Files", ["read", "ls", "write", "edit", "apply_patch"]),
        ("runtime", "Runtime", ["exec", "process"]),
        ("web", "Web", ["web_search", "web_fetch"]),
        ("memory", "Memory", ["memory_search", "memory_get"]),
        ("sessions", "Sessions", ["sessions_list", "sessions_history", "sessions_search", "sessions_send", "sessions_spawn", "session_status"]),
        ("messaging", "Messaging", ["message"]),
        ("automation", "Automation", ["cron"]),
        ("agents", "Agents", ["progress_card", "ask_user"]),
        ("media", "Media", ["view_image"]),
    ];

    private readonly RecentKeys _keys = new(runtime.Time);

    /// <summary>The methods.</summary>
    public IEnumerable<MethodEntry> Entries() =>
    [
        MethodEntry.Of("tools.catalog", OperatorScopes.Read, "agentId:str1 includePlugins:bool", Catalog),
        MethodEntry.Of("tools.effective", OperatorScopes.Read, "sessionKey!:str1(512) agentId:str1", Effective),
        new("tools.invoke", OperatorScopes.Write, "name!:str1 args:obj sessionKey:str1(512) agentId:str1 confirm:bool idempotencyKey:str1(512) conversationReadOrigin:direct-operator", InvokeAsync),
    ];

    private MethodReply Catalog(MethodCall call)
    {
        if (!TryAgent(call.Text("agentId"), out AgentEntry agent, out GatewayError? error))
        {
            return MethodReply.Fail(error!);
        }

        return MethodReply.Object(json =>
        {
            json.WriteString("agentId"u8, agent.Id);
            json.WriteStartArray("profiles"u8);
            foreach ((string id, string label) in s_profiles)
            {
                json.WriteStartObject();
                json.WriteString("id"u8, id);
                json.WriteString("label"u8, label);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            WriteGroups(json, runtime.Tools.Registry.All, WriteProfiles);
        });
    }

    private MethodReply Effective(MethodCall call)
    {
        if (!SessionTarget.TryRead(call, "sessionKey", runtime.Agents(), out SessionKey key, out GatewayError? error)
            || !TryAgent(key.AgentId, out AgentEntry agent, out error))
        {
            return MethodReply.Fail(error!);
        }

        if (runtime.Sessions.Find(key) is null)
        {
            return MethodReply.Invalid($"unknown session key \"{call.Text("sessionKey")}\"");
        }

        EdgeConfig config = runtime.Config.Current.Config;
        ToolPolicy policy = PolicyOf(agent, key);
        string? modelRef = SessionModel.RefOf(runtime.Models.Catalog, agent, runtime.Sessions.Find(key));
        bool canView = SessionModel.CanView(modelRef is null ? null : runtime.Models.Catalog.Describe(modelRef), config);
        string? own = config.Agents.List.FirstOrDefault(entry => string.Equals(entry.Id, agent.Id, StringComparison.OrdinalIgnoreCase))?.Tools?.Profile;
        return MethodReply.Object(json =>
        {
            json.WriteString("agentId"u8, agent.Id);
            json.WriteString("profile"u8, own ?? config.Tools.Profile ?? "full");
            WriteGroups(
                json,
                [.. runtime.Tools.Registry.All.Where(tool => tool.IsOffered(key) && policy.Allows(tool.Spec.Name) && (canView || tool.Spec.Name != "view_image"))],
                static (writer, tool) => writer.WriteString("rawDescription"u8, tool.Spec.Description));
        });
    }

    private async ValueTask<MethodReply> InvokeAsync(MethodCall call, CancellationToken cancellationToken)
    {
        string name = call.Text("name")!;
        if (!SessionTarget.TryParse(
                call.Text("sessionKey") ?? "main", call.Text("agentId"), runtime.AgentsOf(call), out SessionKey key, out GatewayError? error)
            || !TryAgent(key.AgentId, out AgentEntry agent, out error))
        {
            return MethodReply.Fail(error!);
        }

        if (call.Text("idempotencyKey") is { } once && !_keys.TryAdd($"{name}\n{once}"))
        {
            return MethodReply.Invalid($"tools.invoke with this idempotencyKey has been called already: {once}");
        }

        ToolInvocationResult answer = await runtime.Tools.InvokeAsync(
            name,
            call.Params.TryGetProperty("args", out JsonElement arguments) ? arguments.GetRawText() : "",
            PolicyOf(agent, key),
            ToolInvocation.GatewayPolicy(runtime.Config.Current.Config.Gateway.Tools),
            new ToolCallContext { SessionKey = key, Workspace = agent.Workspace },
            dryRun: false,
            cancellationToken);
        return MethodReply.Object(json => WriteAnswer(json, answer));
    }

    private ToolPolicy PolicyOf(AgentEntry agent, SessionKey key) => agent.ToolsIn(
        key, runtime.Tools.Registry.Sandbox, SessionModel.RefOf(runtime.Models.Catalog, agent, runtime.Sessions.Find(key)));

    private static void WriteAnswer(Utf8JsonWriter json, ToolInvocationResult answer)
    {
        json.WriteBoolean("ok"u8, answer.Status == ToolInvocationStatus.Done);
        json.WriteString("toolName"u8, answer.ToolName);
        if (answer.Status != ToolInvocationStatus.Done)
        {
            json.WriteStartObject("error"u8);
            json.WriteString("code"u8, answer.Status switch
            {
                ToolInvocationStatus.NotAvailable => "not_found",
                ToolInvocationStatus.BadArguments => "invalid_request",
                _ => "tool_error",
            });
            json.WriteString("message"u8, answer.Result.Text);
            json.WriteEndObject();
            return;
        }

        json.WriteStartObject("output"u8);
        json.WriteStartArray("content"u8);
        json.WriteStartObject();
        json.WriteString("type"u8, "text"u8);
        json.WriteString("text"u8, answer.Result.Text);
        json.WriteEndObject();
        json.WriteEndArray();
        if (answer.Result.Details is { } details)
        {
            json.WritePropertyName("details"u8);
            details.WriteTo(json);
        }

        json.WriteEndObject();
    }

    private static void WriteGroups(Utf8JsonWriter json, IReadOnlyList<ITool> tools, Action<Utf8JsonWriter, ITool> more)
    {
        json.WriteStartArray("groups"u8);
        foreach (IGrouping<(string Id, string Label), ITool> group in tools.GroupBy(tool => GroupOf(tool.Spec.Name)))
        {
            json.WriteStartObject();
            json.WriteString("id"u8, group.Key.Id);
            json.WriteString("label"u8, group.Key.Label);
            json.WriteString("source"u8, SourceOf(group.Key.Id));
            json.WriteStartArray("tools"u8);
            foreach (ITool tool in group)
            {
                json.WriteStartObject();
                json.WriteString("id"u8, tool.Spec.Name);
                json.WriteString("label"u8, tool.Spec.Name);
                json.WriteString("description"u8, tool.Spec.Description);
                json.WriteString("source"u8, SourceOf(group.Key.Id));
                more(json, tool);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteProfiles(Utf8JsonWriter json, ITool tool)
    {
        json.WriteStartArray("defaultProfiles"u8);
        foreach ((string id, _) in s_profiles)
        {
            if (id != "full" && new ToolPolicy(id, null, null, null).Allows(tool.Spec.Name)) // "full" has every tool, and is not named
            {
                json.WriteStringValue(id);
            }
        }

        json.WriteEndArray();
    }

    private static string SourceOf(string group) => group == McpGroup ? McpGroup : "core";

    private static (string Id, string Label) GroupOf(string tool)
    {
        if (tool.Contains("__", StringComparison.Ordinal))
        {
            return (McpGroup, "MCP server tools");
        }

        int at = Array.FindIndex(s_groups, group => group.Tools.Contains(tool, StringComparer.Ordinal));
        return at < 0 ? ("other", "Other") : (s_groups[at].Id, s_groups[at].Label);
    }

    private bool TryAgent(string? id, out AgentEntry agent, out GatewayError? error)
    {
        AgentCatalog agents = runtime.Agents();
        agent = agents.Default;
        error = null;
        if (id is null || agents.TryGet(id, out agent!))
        {
            return true;
        }

        error = GatewayError.Invalid($"unknown agent id \"{id}\"");
        return false;
    }
}
