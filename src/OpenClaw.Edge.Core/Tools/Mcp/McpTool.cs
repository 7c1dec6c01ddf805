using System.Text.Json;
using OpenClaw.Edge.Providers;

namespace OpenClaw.Edge.Tools;

/// <summary>A tool of an MCP server, or one of the four that stand for its resources and prompts.</summary>
internal sealed class McpTool(McpServer server, string operation, string toolName, ToolSpec spec) : ITool
{
    /// <summary>What is done: <c>tool</c>, or <c>resources_list</c> and its like.</summary>
    public string Operation { get; } = operation;

    /// <inheritdoc />
    public ToolSpec Spec { get; } = spec;

    /// <inheritdoc />
    public string Title(JsonElement arguments) => Operation == "tool" ? $"{server.Name}: {toolName}" : $"{server.Name}: {Operation.Replace('_', ' ')}";

    /// <inheritdoc />
    public async ValueTask<ToolResult> InvokeAsync(ToolCallContext context, JsonElement arguments, CancellationToken cancellationToken)
    {
        try
        {
            switch (Operation)
            {
                case "resources_list" or "prompts_list":
                    return McpContent.OfList(server.Name, Operation, await server.ListAsync(Operation.Split('_')[0], cancellationToken), context);
                case "resources_read":
                    return McpContent.OfResource(server.Name, await server.CallAsync("resources/read", json => WriteMembers(json, arguments), cancellationToken), context);
                case "prompts_get":
                    return McpContent.OfPrompt(server.Name, await server.CallAsync("prompts/get", json => WriteMembers(json, arguments), cancellationToken), context);
                default:
                    JsonElement result = await server.CallAsync(
                        "tools/call",
                        json =>
                        {
                            json.WriteString("name"u8, toolName);
                            json.WritePropertyName("arguments"u8);
                            arguments.WriteTo(json);
                        },
                        cancellationToken);
                    return McpContent.OfCall(server.Name, toolName, result, context);
            }
        }
        catch (McpException exception)
        {
            return ToolResult.Error(exception.Message);
        }
    }

    private static void WriteMembers(Utf8JsonWriter json, JsonElement arguments)
    {
        foreach (JsonProperty member in arguments.EnumerateObject())
        {
            member.WriteTo(json);
        }
    }
}
