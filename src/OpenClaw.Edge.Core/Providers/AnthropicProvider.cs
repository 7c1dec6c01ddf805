using System.Runtime.CompilerServices;
using System.Text.Json;
using OpenClaw.Edge.Protocol.Anthropic;
using OpenClaw.Edge.Protocol.OpenAi;

namespace OpenClaw.Edge.Providers;

/// <summary>Anthropic's messages API, and servers that speak it. The server's root ends in <c>/v1/</c>.</summary>
internal sealed class AnthropicProvider(ModelServer server) : IModelProvider
{
    private static readonly AnswerWire Wire = new("anthropic-messages", EventStream: true, MessageEventReader.TryRead);
    private static readonly TimeSpan ListBudget = TimeSpan.FromSeconds(5);

    /// <inheritdoc />
    public string Id => server.Id;

    /// <inheritdoc />
    public async IAsyncEnumerable<ChatDelta> StreamAsync(
        ModelRequest request,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var answer = new AnswerStream(server, Wire, request);
        IAsyncEnumerable<ChatDelta> deltas = answer.RunAsync(
            "messages", () => MessagesRequestWriter.Write(server, request), whole: false, explain: null, cancellationToken);
        await foreach (ChatDelta delta in deltas)
        {
            yield return delta;
        }
    }

    /// <inheritdoc />
    public async Task<IReadOnlyList<ModelInfo>> ListModelsAsync(CancellationToken cancellationToken)
    {
        if (server.Models.Count > 0)
        {
            return [.. server.Models.Keys.Select(id => ModelInfos.Configured(server, id))];
        }

        byte[] body = await UpstreamCall.GetAsync(server, "models", ListBudget, cancellationToken);
        try
        {
            OpenAiModelList? list = JsonSerializer.Deserialize(body, OpenAiListsJson.Default.OpenAiModelList);
            return [.. (list?.Data ?? []).Where(model => model.Id.Length > 0).Select(model => ModelInfos.Configured(server, model.Id))];
        }
        catch (JsonException)
        {
            throw ProviderErrors.Malformed(server, "", "a model list that is not its JSON");
        }
    }
}
