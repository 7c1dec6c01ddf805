using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using OpenClaw.Edge.Providers;

namespace OpenClaw.Edge.Http;

/// <summary><c>POST /v1/embeddings</c>. Thread-safe. Source: docs/http-api.md, embeddings.</summary>
internal sealed class EmbeddingsEndpoint(HttpFrontParts parts, PassThrough passThrough, HttpCounters counters)
{
    private const int MaxBodyBytes = 5 * 1024 * 1024;
    private const int MaxInputs = 128;
    private const int MaxInputChars = 8192;
    private const int MaxTotalChars = 65536;

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

        using JsonDocument document = JsonDocument.Parse(body.Memory, new JsonDocumentOptions { MaxDepth = 256 });
        if (!TryReadInputs(document.RootElement, out List<string> inputs, out problem))
        {
            await HttpAnswer.BadRequestAsync(context, problem);
            return;
        }

        string? wanted = await FindModelAsync(context, field.Value);
        if (wanted is null
            || !parts.Models.Catalog.TryResolve(wanted, out ModelProviderEntry? provider, out string? modelId))
        {
            await HttpAnswer.BadRequestAsync(context, wanted is null
                ? "No embedding model was found. Pull one (ollama pull nomic-embed-text) or name it in `model`."
                : $"Invalid `model`: no provider serves '{wanted}'. GET /v1/models lists what there is.");
        }
        else if (provider.PassThrough is { } target && field.Value is not null)
        {
            await passThrough.ForwardAsync(context, new PassThroughCall(
                provider.Id,
                target,
                PassThroughRoutes.Of(target).Embeddings,
                body.Memory,
                field,
                PassThroughRoutes.Quote(modelId)));
        }
        else if (provider.Embedder is { } embedder)
        {
            await EmbedAsync(context, document.RootElement, embedder, modelId, field.Value ?? wanted, inputs);
        }
        else
        {
            await HttpAnswer.BadRequestAsync(context, $"Provider '{provider.Id}' makes no embeddings.");
        }
    }

    // An agent selector, or nothing, means "the embedding model of this gateway".
    private async ValueTask<string?> FindModelAsync(HttpContext context, string? model)
    {
        string? header = context.Request.Headers["x-openclaw-model"];
        if (!string.IsNullOrWhiteSpace(header))
        {
            return header.Trim();
        }

        if (model is not null && !AgentSelector.TryRead(model, out _))
        {
            return model;
        }

        IReadOnlyList<ModelInfo> models = await parts.Models.Catalog.ListModelsAsync(context.RequestAborted);
        return models.FirstOrDefault(candidate => candidate.Embedding)?.Ref;
    }

    private async Task EmbedAsync(
        HttpContext context,
        JsonElement root,
        IEmbedder embedder,
        string modelId,
        string echo,
        List<string> inputs)
    {
        int? dimensions = root.TryGetProperty("dimensions", out JsonElement size)
            && size.ValueKind == JsonValueKind.Number
            && size.TryGetInt32(out int number)
            ? number
            : null;
        bool base64 = root.TryGetProperty("encoding_format", out JsonElement format)
            && format.ValueKind == JsonValueKind.String
            && format.ValueEquals("base64"u8);
        try
        {
            EmbeddingBatch batch = await embedder.EmbedAsync(modelId, inputs, dimensions, context.RequestAborted);
            counters.Tokens(batch.PromptTokens, 0);
            await HttpAnswer.JsonAsync(
                context, StatusCodes.Status200OK, (Batch: batch, Model: echo, Base64: base64), static (json, state) =>
                Write(json, state.Batch, state.Model, state.Base64));
        }
        catch (ProviderException exception)
        {
            counters.UpstreamFailed();
            FailureAnswer failure = FailureAnswer.Of(exception);
            await HttpAnswer.ErrorAsync(context, failure.Status, failure.Type, failure.Message);
        }
    }

    private static void Write(Utf8JsonWriter json, EmbeddingBatch batch, string model, bool base64)
    {
        json.WriteStartObject();
        json.WriteString("object"u8, "list"u8);
        json.WriteStartArray("data"u8);
        for (int index = 0; index < batch.Vectors.Count; index++)
        {
            json.WriteStartObject();
            json.WriteString("object"u8, "embedding"u8);
            json.WriteNumber("index"u8, index);
            if (base64)
            {
                // Little-endian floats, as OpenAI's clients decode them; every machine this runs on is.
                json.WriteBase64String("embedding"u8, MemoryMarshal.AsBytes(batch.Vectors[index].AsSpan()));
            }
            else
            {
                json.WriteStartArray("embedding"u8);
                foreach (float value in batch.Vectors[index])
                {
                    json.WriteNumberValue(value);
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("model"u8, model);
        json.WriteStartObject("usage"u8);
        json.WriteNumber("prompt_tokens"u8, batch.PromptTokens);
        json.WriteNumber("total_tokens"u8, batch.PromptTokens);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static bool TryReadInputs(JsonElement root, out List<string> inputs, out string problem)
    {
        inputs = [];
        problem = "`input` must be a non-empty string or an array of non-empty strings.";
        if (!root.TryGetProperty("input", out JsonElement input))
        {
            return false;
        }

        try
        {
            if (input.ValueKind == JsonValueKind.String)
            {
                inputs.Add(input.GetString()!);
            }
            else if (input.ValueKind == JsonValueKind.Array
                && input.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String))
            {
                inputs.AddRange(input.EnumerateArray().Select(item => item.GetString()!));
            }
        }
        catch (InvalidOperationException)
        {
            problem = "`input` holds an incomplete surrogate pair.";
            return false;
        }

        if (inputs.Count == 0 || inputs.Any(string.IsNullOrEmpty))
        {
            return false;
        }

        problem = $"`input` may hold {MaxInputs} texts, {MaxInputChars} characters each, {MaxTotalChars} in total.";
        return inputs.Count <= MaxInputs
            && inputs.All(text => text.Length <= MaxInputChars)
            && inputs.Sum(text => text.Length) <= MaxTotalChars;
    }
}
