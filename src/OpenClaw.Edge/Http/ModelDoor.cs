using Microsoft.AspNetCore.Http;
using OpenClaw.Edge.Providers;

namespace OpenClaw.Edge.Http;

/// <summary>The way into every endpoint whose body names a model: an agent, a model server that gets the bytes as they are, or a model that
/// only our own client reaches. Thread-safe.</summary>
/// <param name="parts">The front's parts.</param>
/// <param name="passThrough">Sends bytes on.</param>
/// <param name="route">The endpoint's address on a model server.</param>
/// <param name="agent">Answers by an agent; its id, null for the default one.</param>
/// <param name="other">Answers where there is no such address.</param>
internal sealed class ModelDoor(
    HttpFrontParts parts,
    PassThrough passThrough,
    Func<PassThroughRoutes, Uri> route,
    Func<HttpContext, RequestBody, string?, Task> agent,
    Func<HttpContext, RequestBody, string, string, Task> other)
{
    private const int MaxBodyBytes = 20 * 1024 * 1024;

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
            await HttpAnswer.BadRequestAsync(context, problem);
            return;
        }

        string model = field.Value ?? "openclaw";
        if (AgentSelector.TryRead(model, out string? agentId))
        {
            await agent(context, body, agentId);
        }
        else if (!parts.Models.Catalog.TryResolve(model, out ModelProviderEntry? provider, out string? modelId))
        {
            await HttpAnswer.BadRequestAsync(
                context,
                "Invalid `model`. Use `openclaw` or `openclaw/<agentId>`, or `provider/model` as GET /v1/models lists it.");
        }
        else if (provider.PassThrough is { } target)
        {
            await passThrough.ForwardAsync(context, new PassThroughCall(
                provider.Id,
                target,
                route(PassThroughRoutes.Of(target)),
                body.Memory,
                field,
                PassThroughRoutes.Quote(modelId)));
        }
        else
        {
            await other(context, body, provider.Id, modelId);
        }
    }
}
