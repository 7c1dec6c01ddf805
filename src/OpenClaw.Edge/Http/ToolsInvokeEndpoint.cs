using System.Text.Json;
using Microsoft.AspNetCore.Http;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Sessions;
using OpenClaw.Edge.Tools;

namespace OpenClaw.Edge.Http;

/// <summary><c>POST /tools/invoke</c>: runs one tool in an agent's workspace, without a model. Thread-safe.
/// Source: docs/http-api.md, tools.</summary>
internal sealed class ToolsInvokeEndpoint(HttpFrontParts parts)
{
    private const int MaxBodyBytes = 2 * 1024 * 1024;

    /// <summary>Answers an admitted request.</summary>
    public async Task AnswerAsync(HttpContext context)
    {
        using RequestBody? body = await RequestBody.ReadAsync(context, MaxBodyBytes);
        if (body is null)
        {
            return;
        }

        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(body.Memory, new JsonDocumentOptions { MaxDepth = 256 });
        }
        catch (JsonException)
        {
            await BadAsync(context, "Body must be a JSON object.");
            return;
        }

        using (document)
        {
            await InvokeAsync(context, document.RootElement);
        }
    }

    private async Task InvokeAsync(HttpContext context, JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            await BadAsync(context, "Body must be a JSON object.");
            return;
        }

        string? name = (Text(root, "tool") ?? Text(root, "name"))?.Trim();
        if (string.IsNullOrEmpty(name))
        {
            await BadAsync(context, "tools.invoke requires name");
            return;
        }

        JsonElement arguments = root.TryGetProperty("args", out JsonElement given) ? given : default;
        if (arguments.ValueKind is not (JsonValueKind.Object or JsonValueKind.Undefined or JsonValueKind.Null))
        {
            await BadAsync(context, "args must be an object");
            return;
        }

        AgentCatalog agents = parts.Agents();
        AgentEntry? agent = agents.Default;
        if ((Text(root, "agentId") is { } wanted && !agents.TryGet(wanted, out agent))
            || !SessionKey.TryParse(Text(root, "sessionKey") ?? "main", agent.Id, out SessionKey key)
            || !agents.TryGet(key.AgentId, out agent))
        {
            await BadAsync(context, "agentId or sessionKey names no agent");
            return;
        }

        bool dryRun = root.TryGetProperty("dryRun", out JsonElement dry) && dry.ValueKind == JsonValueKind.True;
        ToolInvocationResult result = await parts.Tools.InvokeAsync(
            name,
            arguments.ValueKind == JsonValueKind.Object ? arguments.GetRawText() : "{}",
            agent.ToolsIn(key, parts.Tools.Registry.Sandbox, SessionModel.RefOf(parts.Models.Catalog, agent, parts.Sessions.Find(key))),
            ToolInvocation.GatewayPolicy(parts.Config().Gateway.Tools),
            new ToolCallContext { SessionKey = key, Workspace = agent.Workspace },
            dryRun,
            context.RequestAborted);
        await (result.Status switch
        {
            ToolInvocationStatus.Done => HttpAnswer.JsonAsync(context, 200, result.Result, Write),
            ToolInvocationStatus.NotAvailable => JsonRefusal.AnswerAsync(context, 404, "not_found", $"Tool not available: {name}"),
            ToolInvocationStatus.BadArguments => BadAsync(context, result.Result.Text),
            _ => JsonRefusal.AnswerAsync(context, 500, "tool_error", "tool execution failed"),
        });
    }

    private static void Write(Utf8JsonWriter json, ToolResult result)
    {
        json.WriteStartObject();
        json.WriteBoolean("ok"u8, true);
        json.WriteStartObject("result"u8);
        json.WriteStartArray("content"u8);
        json.WriteStartObject();
        json.WriteString("type"u8, "text"u8);
        json.WriteString("text"u8, result.Text);
        json.WriteEndObject();
        json.WriteEndArray();
        if (result.Details is { } details)
        {
            json.WritePropertyName("details"u8);
            details.WriteTo(json);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static string? Text(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static Task BadAsync(HttpContext context, string message) =>
        JsonRefusal.AnswerAsync(context, StatusCodes.Status400BadRequest, "invalid_request", message);
}
