using System.IO.Enumeration;
using System.Text.Json;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Providers;

namespace OpenClaw.Edge.Tools;

/// <summary>Makes tools of what a server offers: safe names, cleaned schemas, short descriptions, the configured filter.</summary>
internal static class McpToolSet
{
    private const int MaxDescription = 600; // guess: what a small model still reads

    private static readonly (string Operation, string Description, byte[] Schema)[] s_utilities =
    [
        ("resources_list", "List the server's resources.", """{"type":"object","properties":{}}"""u8.ToArray()),
        ("resources_read", "Read a resource of the server.", """{"type":"object","properties":{"uri":{"type":"string"}},"required":["uri"]}"""u8.ToArray()),
        ("prompts_list", "List the server's prompt templates.", """{"type":"object","properties":{}}"""u8.ToArray()),
        ("prompts_get", "Get a prompt template of the server.",
            """{"type":"object","properties":{"name":{"type":"string"},"arguments":{"type":"object"}},"required":["name"]}"""u8.ToArray()),
    ];

    /// <summary>The tools, by name.</summary>
    public static McpTool[] Of(McpServer server, McpOffer offer)
    {
        HashSet<string> used = new(StringComparer.OrdinalIgnoreCase);
        List<McpTool> tools = [];
        IEnumerable<(string Name, JsonElement Tool)> named = offer.Tools
            .Select(tool => (Name: tool.TryGetProperty("name"u8, out JsonElement name) && name.ValueKind == JsonValueKind.String ? name.GetString()!.Trim() : "", Tool: tool))
            .Where(tool => tool.Name.Length > 0 && Passes(server.Config, tool.Name))
            .DistinctBy(tool => tool.Name, StringComparer.Ordinal)
            .OrderBy(tool => tool.Name, StringComparer.Ordinal);
        foreach ((string name, JsonElement tool) in named)
        {
            byte[] schema = McpSchema.Clean(tool.TryGetProperty("inputSchema"u8, out JsonElement input) ? input : default);
            tools.Add(new McpTool(server, "tool", name, new ToolSpec(McpNames.OfTool(server.SafeName, name, used), Describe(tool, name), schema)));
        }

        foreach ((string operation, string description, byte[] schema) in s_utilities)
        {
            if ((operation.StartsWith("resources", StringComparison.Ordinal) ? offer.Resources : offer.Prompts) && Passes(server.Config, operation))
            {
                tools.Add(new McpTool(server, operation, operation, new ToolSpec(McpNames.OfTool(server.SafeName, operation, used), description, schema)));
            }
        }

        return [.. tools.OrderBy(tool => tool.Spec.Name, StringComparer.Ordinal)];
    }

    /// <summary>Whether the server's filter lets a tool through; names are exact, <c>*</c> stands for any letters.</summary>
    public static bool Passes(McpServerConfig server, string tool) =>
        (server.Include.Count == 0 || server.Include.Any(pattern => Matches(pattern, tool))) && !server.Exclude.Any(pattern => Matches(pattern, tool));

    private static bool Matches(string pattern, string tool) =>
        FileSystemName.MatchesSimpleExpression(pattern.Trim().Replace("?", "\\?", StringComparison.Ordinal), tool, ignoreCase: false);

    private static string Describe(JsonElement tool, string name)
    {
        string text = tool.TryGetProperty("description"u8, out JsonElement said) && said.ValueKind == JsonValueKind.String ? said.GetString()!.Trim() : "";
        text = text.Length > 0 ? text : tool.TryGetProperty("title"u8, out JsonElement title) && title.ValueKind == JsonValueKind.String ? title.GetString()! : name;
        return text.Length > MaxDescription ? string.Concat(text.AsSpan(0, MaxDescription - 1), "…") : text;
    }
}
