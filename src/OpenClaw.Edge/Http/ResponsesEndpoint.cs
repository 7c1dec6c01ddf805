using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Http;

/// <summary><c>POST /v1/responses</c>: an agent's turn, or a request passed on to a model server as it is.
/// Thread-safe.</summary>
internal sealed class ResponsesEndpoint(
    HttpFrontParts parts,
    PassThrough passThrough,
    RunStreams streams,
    HttpCounters counters)
{
    private const int MaxBodyBytes = 20 * 1024 * 1024;

    private readonly ResponseThreads _threads = new(parts.Kept, parts.Sessions, parts.Clock);

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
                PassThroughRoutes.Of(target).Responses,
                body.Memory,
                field,
                PassThroughRoutes.Quote(modelId)));
        }
        else
        {
            await BadRequestAsync(
                context,
                $"Provider '{provider.Id}' does not speak /v1/responses. Use /v1/chat/completions, or `openclaw` with the header "
                    + $"x-openclaw-model: {provider.Id}/{modelId}.");
        }
    }

    private async Task AskAgentAsync(HttpContext context, RequestBody body, string? agentId)
    {
        if (!TryRead(body, out ResponsesRequest? request, out string problem)
            || !AgentTurn.TryBuild(
                context.Request.Headers,
                request.Chat,
                agentId,
                parts.Agents(),
                parts.Models.Catalog,
                out RunRequest? turn,
                out problem,
                "openresponses",
                continues: request.Outputs.Count > 0))
        {
            await BadRequestAsync(context, problem);
            return;
        }

        ResponseOwner owner = new(
            HttpCaller.Of(context).Subject,
            turn.SessionKey.AgentId,
            request.Chat.User?.Trim() ?? "",
            context.Request.Headers["x-openclaw-session-key"].ToString().Trim());
        IReadOnlyList<PromptMessage> left = request.Outputs;
        if (request.PreviousResponseId is { } previous && _threads.TryFind(previous, owner, out SessionKey key))
        {
            turn = turn with { SessionKey = key };
            if (left.Count > 0)
            {
                left = await _threads.AddResultsAsync(previous, key, left, context.RequestAborted);
            }
        }

        turn = ResponseThreads.WithWords(turn, left);
        await new AgentResponses(parts, streams, counters, _threads).AnswerAsync(context, request.Chat, turn, owner);
    }

    private static bool TryRead(RequestBody body, [NotNullWhen(true)] out ResponsesRequest? request, out string problem)
    {
        // The checked request keeps copies only: the document and the body go with their arrays.
        using JsonDocument document = JsonDocument.Parse(body.Memory, new JsonDocumentOptions { MaxDepth = 256 });
        return ResponsesRequestReader.TryRead(document.RootElement, out request, out problem) && request is not null;
    }

    private static Task BadRequestAsync(HttpContext context, string message) =>
        HttpAnswer.ErrorAsync(context, StatusCodes.Status400BadRequest, "invalid_request_error", message);
}
