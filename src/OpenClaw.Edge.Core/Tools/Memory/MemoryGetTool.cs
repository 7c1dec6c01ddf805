using System.Globalization;
using System.Text;
using System.Text.Json;
using OpenClaw.Edge.Memory;
using OpenClaw.Edge.Providers;

namespace OpenClaw.Edge.Tools;

/// <summary>Reads lines of a note. Source: docs/tools.md, memory.</summary>
public sealed class MemoryGetTool(Func<MemoryIndex> memory) : ITool
{
    private const int DefaultLines = 120; // guess: two pieces and what is around them

    /// <inheritdoc />
    public ToolSpec Spec { get; } = new(
        "memory_get",
        "Read lines of a note that memory_search found.",
        """{"type":"object","properties":{"path":{"type":"string"},"from":{"type":"integer","minimum":1},"lines":{"type":"integer","minimum":1}},"required":["path"]}"""u8.ToArray());

    /// <inheritdoc />
    public bool IsOffered(string agentId) => HasNotes(memory(), agentId);

    /// <inheritdoc />
    public string Title(JsonElement arguments) => $"read {ToolJson.Text(arguments, "path")} from memory";

    /// <inheritdoc />
    public ValueTask<ToolResult> InvokeAsync(ToolCallContext context, JsonElement arguments, CancellationToken cancellationToken)
    {
        MemoryIndex index = memory();
        string asked = ToolJson.Text(arguments, "path").Trim().Split('#')[0];
        if (index.Find(context.SessionKey.AgentId) is not { Settings.Enabled: true } scope)
        {
            return new(ToolResult.Error("memory search is switched off (memory.search.enabled)"));
        }

        string path = asked.StartsWith("./", StringComparison.Ordinal) ? asked[2..] : asked;
        path = path.StartsWith(scope.Workspace.TrimEnd('/') + "/", StringComparison.Ordinal) ? path[(scope.Workspace.TrimEnd('/').Length + 1)..] : path;
        if (!index.Owns(scope, path))
        {
            return new(ToolResult.Error($"'{asked}' is not a note; memory_search names those there are"));
        }

        byte[]? bytes = index.ReadFile(scope, path);
        return new(bytes is null ? ToolResult.Error($"'{asked}' does not exist, or may not be read")
            : ToolText.TryDecode(bytes, out string text) ? Page(path, text, arguments, context.MaxResultChars)
            : ToolResult.Error($"'{asked}' is not text"));
    }

    internal static bool HasNotes(MemoryIndex index, string agentId) => index.Find(agentId) is { HasNotes: true };

    private static ToolResult Page(string path, string text, JsonElement arguments, int maxChars)
    {
        string[] lines = text.Split('\n');
        int all = lines[^1].Length == 0 ? lines.Length - 1 : lines.Length;
        int from = Math.Max(1, ToolJson.Integer(arguments, "from") ?? 1);
        int wanted = Math.Max(1, ToolJson.Integer(arguments, "lines") ?? DefaultLines);
        if (from > all)
        {
            return all == 0 ? new ToolResult("(empty file)") : ToolResult.Error($"'{path}' has {all} lines; from {from} is past its end");
        }

        StringBuilder page = new();
        int next = from;
        int room = Math.Max(200, maxChars - 200);
        while (next <= all && next - from < wanted && (page.Length == 0 || page.Length + lines[next - 1].Length < room))
        {
            string line = lines[next - 1].TrimEnd('\r');
            page.Append(line.Length > room ? line[..room] + "… [line cut]" : line).Append('\n');
            next++;
        }

        string content = page.ToString();
        return new ToolResult(
            next <= all ? string.Create(CultureInfo.InvariantCulture, $"{content}[lines {from}-{next - 1} of {all}; more: memory_get with from {next}]") : content.TrimEnd('\n'),
            Details: ToolJson.Object(json =>
            {
                json.WriteString("path"u8, path);
                json.WriteString("text"u8, content);
                json.WriteNumber("from"u8, from);
                json.WriteNumber("lines"u8, next - from);
                json.WriteBoolean("truncated"u8, next <= all);
                if (next <= all)
                {
                    json.WriteNumber("nextFrom"u8, next);
                }
            }));
    }
}
