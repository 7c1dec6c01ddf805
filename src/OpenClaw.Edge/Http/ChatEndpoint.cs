using System.Text.Json;
using Microsoft.AspNetCore.Http;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Providers;

namespace OpenClaw.Edge.Http;

/// <summary><c>POST /v1/chat/completions</c>: reads which model is meant and hands the request to an agent, to a model
/// server as it is, or to a model through our own client. Thread-safe.</summary>
internal sealed class ChatEndpoint(
    HttpFrontParts parts,
    PassThrough passThrough,
    RunStreams streams,
    HttpCounters counters)
{
    private const int MaxBodyBytes = 20 * 1024 * 1024;

    private readonly AgentChat _agent = new(parts, streams, counters);
    private readonly TranslatedChat _translated = new(parts, counters);

    /// <summary>Answers an admitted request.</summary>
    public async Task AnswerAsync(HttpContext context)
    {
        using RequestBody? body = await RequestBody.ReadAsync(context, MaxBodyBytes);
        if (body is null)
        {
            return;
        }

        if (!ModelField.TryFind(body.Memory.Span, out ModelField field, out string problem))
        {
            await BadRequestAsync(context, problem);
            return;
        }

        string model = field.Value ?? "openclaw";
        if (AgentSelector.TryRead(model, out string? agentId))
        {
            await AskAgentAsync(context, body, agentId);
        }
        else if (!parts.Models.Catalog.TryResolve(model, out ModelProviderEntry? provider, out string? modelId))
        {
            await BadRequestAsync(
                context,
                "Invalid `model`. Use `openclaw` or `openclaw/<agentId>`, or `provider/model` as GET /v1/models lists it.");
        }
        else if (provider.PassThrough is { } target)
        {
            await passThrough.ForwardAsync(context, new PassThroughCall(
                provider.Id,
                target,
                PassThroughRoutes.Of(target).Chat,
                body.Memory,
                field,
                PassThroughRoutes.Quote(modelId)));
        }
        else if (await ReadAsync(context, body) is { } chat)
        {
            await _translated.AnswerAsync(context, chat, $"{provider.Id}/{modelId}");
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
            parts.Agents(),
            parts.Models.Catalog,
            out RunRequest? turn,
            out string problem))
        {
            await BadRequestAsync(context, problem);
            return;
        }

        await _agent.AnswerAsync(context, chat, turn);
    }

    private static async ValueTask<ChatRequest?> ReadAsync(HttpContext context, RequestBody body)
    {
        // The checked request keeps copies only: the document and the body go with their arrays.
        using JsonDocument document = JsonDocument.Parse(body.Memory, new JsonDocumentOptions { MaxDepth = 256 });
        if (ChatRequestReader.TryRead(document.RootElement, out ChatRequest? chat, out string problem))
        {
            return chat;
        }

        await BadRequestAsync(context, problem);
        return null;
    }

    private static Task BadRequestAsync(HttpContext context, string message) =>
        HttpAnswer.ErrorAsync(context, StatusCodes.Status400BadRequest, "invalid_request_error", message);
}
