using System.Globalization;
using System.Text;
using System.Text.Json;
using OpenClaw.Edge.Memory;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.Storage;

namespace OpenClaw.Edge.Tools;

/// <summary>Searches the agent's notes. Source: docs/tools.md, memory.</summary>
public sealed class MemorySearchTool(Func<MemoryIndex> memory) : ITool
{
    private const int MaxSnippetChars = 700; // Source: the original's
    private const int MinSnippetChars = 120;

    /// <inheritdoc />
    public ToolSpec Spec { get; } = new(
        "memory_search",
        "Search your notes (MEMORY.md, memory/). Use it before you answer about earlier work, people, dates, wishes.",
        """{"type":"object","properties":{"query":{"type":"string"},"maxResults":{"type":"integer","minimum":1},"minScore":{"type":"number"},"corpus":{"type":"string","enum":["memory","wiki","all","sessions"]}},"required":["query"]}"""u8.ToArray());

    /// <inheritdoc />
    public bool IsOffered(string agentId) => MemoryGetTool.HasNotes(memory(), agentId);

    /// <inheritdoc />
    public string Title(JsonElement arguments) => $"search memory for {ToolJson.Text(arguments, "query")}";

    /// <inheritdoc />
    public async ValueTask<ToolResult> InvokeAsync(ToolCallContext context, JsonElement arguments, CancellationToken cancellationToken)
    {
        MemoryIndex index = memory();
        string query = ToolJson.Text(arguments, "query").Trim();
        if (query.Length == 0)
        {
            return ToolResult.Error("query is empty; write what to look for in a few words");
        }

        string corpus = ToolJson.Text(arguments, "corpus");
        if (corpus is "sessions" or "wiki")
        {
            return ToolResult.Error(corpus == "sessions"
                ? "conversations are not part of memory here; use sessions_search" : "there is no wiki here; leave corpus out");
        }

        if (index.Find(context.SessionKey.AgentId) is not { Settings.Enabled: true } scope)
        {
            return ToolResult.Error("memory search is switched off (memory.search.enabled)");
        }

        double? minScore = arguments.TryGetProperty("minScore", out JsonElement least) && least.ValueKind == JsonValueKind.Number ? least.GetDouble() : null;
        try
        {
            MemoryAnswer answer = await index.SearchAsync(scope, query, ToolJson.Integer(arguments, "maxResults"), minScore, cancellationToken);
            return new ToolResult(Text(query, answer, context.MaxResultChars), Details: ToolJson.Object(json => WriteDetails(json, answer)));
        }
        catch (StorageException failure)
        {
            return ToolResult.Error($"memory cannot be searched now: {failure.Message}");
        }
    }

    // What the model reads: as many snippets as its window bears.
    private static string Text(string query, MemoryAnswer answer, int maxChars)
    {
        StringBuilder text = new();
        int room = Math.Max(MinSnippetChars, Math.Min(MaxSnippetChars, (maxChars / Math.Max(1, answer.Hits.Count)) - 80));
        foreach (MemoryHit hit in answer.Hits)
        {
            string snippet = MemoryJson.Cut(hit.Text, room);
            if (text.Length > 0 && text.Length + snippet.Length + 200 > maxChars)
            {
                break;
            }

            text.Append(CultureInfo.InvariantCulture, $"[{hit.Path}#{hit.FirstLine}-{hit.LastLine}] score {hit.Score:0.00}\n{snippet}\n\n");
        }

        if (answer.Hits.Count == 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"Nothing in memory fits '{MemoryJson.Cut(query, 100)}'. ");
        }

        return (answer.Notice is { } notice ? text.Append('(').Append(notice).Append(')') : text).ToString().TrimEnd();
    }

    private static void WriteDetails(Utf8JsonWriter json, MemoryAnswer answer)
    {
        MemoryJson.WriteResults(json, answer, MaxSnippetChars);
        json.WriteString("mode"u8, answer.Mode);
        if (answer.Notice is { } notice)
        {
            json.WriteString("warning"u8, notice);
        }
    }
}
