using System.Text.Json;
using Microsoft.AspNetCore.Http;
using OpenClaw.Edge.Agents;

namespace OpenClaw.Edge.Http;

/// <summary><c>POST /v1/chat/completions</c>: reads which model is meant and hands the request to an agent, to a model
/// server as it is, or to a model through our own client. Thread-safe.</summary>
internal sealed class ChatEndpoint
{
    private readonly HttpFrontParts _parts;
    private readonly AgentChat _agent;
    private readonly TranslatedChat _translated;
    private readonly ModelDoor _door;

    public ChatEndpoint(HttpFrontParts parts, PassThrough passThrough, RunStreams streams, HttpCounters counters)
    {
        _parts = parts;
        _agent = new AgentChat(parts, streams, counters);
        _translated = new TranslatedChat(parts, counters);
        _door = new ModelDoor(parts, passThrough, static routes => routes.Chat, AskAgentAsync, TranslateAsync);
    }

    /// <summary>Answers an admitted request.</summary>
    public Task AnswerAsync(HttpContext context) => _door.AnswerAsync(context);

    private async Task TranslateAsync(HttpContext context, RequestBody body, string provider, string model)
    {
        if (await ReadAsync(context, body) is { } chat)
        {
            await _translated.AnswerAsync(context, chat, $"{provider}/{model}");
        }
    }

    private async Task AskAgentAsync(HttpContext context, RequestBody body, string? agentId)
    {
        if (await ReadAsync(context, body) is not { } chat)
        {
            return;
        }

        if (!AgentTurn.TryBuild(
            context.Request.Headers,
            chat,
            agentId,
            _parts.Agents(),
            _parts.Models.Catalog,
            out RunRequest? turn,
            out string problem))
        {
            await HttpAnswer.BadRequestAsync(context, problem);
            return;
        }

        await _agent.AnswerAsync(context, chat, turn);
    }

    private static async ValueTask<ChatRequest?> ReadAsync(HttpContext context, RequestBody body)
    {
        // The checked request keeps copies only: the document and the body go with their arrays, before a model thinks for minutes.
        using RequestBody done = body;
        using JsonDocument document = JsonDocument.Parse(body.Memory, new JsonDocumentOptions { MaxDepth = 256 });
        if (ChatRequestReader.TryRead(document.RootElement, out ChatRequest? chat, out string problem))
        {
            return chat;
        }

        await HttpAnswer.BadRequestAsync(context, problem);
        return null;
    }
}
