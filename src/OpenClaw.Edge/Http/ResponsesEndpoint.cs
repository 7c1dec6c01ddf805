using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using OpenClaw.Edge.Agents;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Http;

/// <summary><c>POST /v1/responses</c>: an agent's turn, or a request passed on to a model server as it is.
/// Thread-safe.</summary>
internal sealed class ResponsesEndpoint
{
    private readonly HttpFrontParts _parts;
    private readonly ResponseThreads _threads;
    private readonly AgentResponses _agent;
    private readonly ModelDoor _door;

    public ResponsesEndpoint(HttpFrontParts parts, PassThrough passThrough, RunStreams streams, HttpCounters counters)
    {
        _parts = parts;
        _threads = new ResponseThreads(parts.Kept, parts.Sessions, parts.Clock);
        _agent = new AgentResponses(parts, streams, counters, _threads);
        _door = new ModelDoor(parts, passThrough, static routes => routes.Responses, AskAgentAsync, RefuseAsync);
    }

    /// <summary>Answers an admitted request.</summary>
    public Task AnswerAsync(HttpContext context) => _door.AnswerAsync(context);

    private static Task RefuseAsync(HttpContext context, RequestBody body, string provider, string model) => HttpAnswer.BadRequestAsync(
        context,
        $"Provider '{provider}' does not speak /v1/responses. Use /v1/chat/completions, or `openclaw` with the header x-openclaw-model: {provider}/{model}.");

    private async Task AskAgentAsync(HttpContext context, RequestBody body, string? agentId)
    {
        if (!TryRead(body, out ResponsesRequest? request, out string problem)
            || !AgentTurn.TryBuild(
                context.Request.Headers,
                request.Chat,
                agentId,
                _parts.Agents(),
                _parts.Models.Catalog,
                out RunRequest? turn,
                out problem,
                "openresponses",
                continues: request.Outputs.Count > 0))
        {
            await HttpAnswer.BadRequestAsync(context, problem);
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
        await _agent.AnswerAsync(context, request.Chat, turn, owner);
    }

    private static bool TryRead(RequestBody body, [NotNullWhen(true)] out ResponsesRequest? request, out string problem)
    {
        // The checked request keeps copies only: the document and the body go with their arrays, before a model thinks for minutes.
        using RequestBody done = body;
        using JsonDocument document = JsonDocument.Parse(body.Memory, new JsonDocumentOptions { MaxDepth = 256 });
        return ResponsesRequestReader.TryRead(document.RootElement, out request, out problem) && request is not null;
    }
}
