using System.Globalization;
using System.Text;
using System.Text.Json;
using static OpenClaw.Edge.TestKit.Models.WireText;

namespace OpenClaw.Edge.TestKit.Models;

/// <summary>What the scripted server answers to one request.</summary>
internal sealed class ModelRoutes(ScriptedModelServer server, ModelConnection connection, ScriptedRequest request, CancellationToken gone)
{
    public static bool IsChat(ScriptedRequest request) =>
        request.Method == "POST" && request.Path is "/api/chat" or "/v1/chat/completions" or "/v1/responses" or "/v1/messages";

    /// <summary>Answers; <see langword="false"/> when the connection must not be used again.</summary>
    public async Task<bool> AnswerAsync()
    {
        if (server.MissingPaths.Contains(request.Path))
        {
            return await NotFoundAsync();
        }

        if (server.RequiredKey is { } key && !HasKey(key))
        {
            return await ErrorAsync(401, "invalid api key", null);
        }

        if (IsChat(request))
        {
            return await ChatAsync();
        }

        IReadOnlyList<ScriptedModel> models = server.Models;
        switch (request.Method, request.Path)
        {
            case ("GET" or "HEAD", "/"): return await SendAsync(200, "text/plain; charset=utf-8", "Ollama is running");
            case ("GET", "/api/version"): return await JsonAsync("""{"version":"0.13.5"}""");
            case ("GET", "/api/tags"): return await JsonAsync(ModelLists.Tags(models));
            case ("GET", "/api/ps"): return await JsonAsync(ModelLists.Running(models));
            case ("POST", "/api/show"): return await ShowAsync();
            case ("GET", "/api/v0/models"): return await JsonAsync(ModelLists.LmStudioV0(models));
            case ("GET", "/api/v1/models"): return await JsonAsync(ModelLists.LmStudioV1(models));
            case ("POST", "/api/v1/models/load"): return await LoadAsync();
            case ("GET", "/v1/models"):
                return await JsonAsync(request.Headers.ContainsKey("anthropic-version") ? ModelLists.Anthropic(models) : ModelLists.OpenAi(models));
            case ("POST", "/api/embed"): return await EmbedAsync(openAi: false);
            case ("POST", "/v1/embeddings"): return await EmbedAsync(openAi: true);
            default:
                return request.Path.StartsWith("/v1/models/", StringComparison.Ordinal)
                    ? await JsonAsync(ModelLists.OpenAiModel(Uri.UnescapeDataString(request.Path[11..])))
                    : await NotFoundAsync();
        }
    }

    /// <summary>Sends the API's own error body.</summary>
    public async Task<bool> ErrorAsync(int status, string message, string? retryAfter)
    {
        string kind = status switch
        {
            400 => "invalid_request_error",
            401 => "authentication_error",
            404 => "not_found_error",
            429 => "rate_limit_error",
            _ => "api_error",
        };
        string body = request.Path switch
        {
            "/v1/messages" => $$$"""{"type":"error","error":{"type":"{{{kind}}}","message":{{{Quote(message)}}}},"request_id":"req_scripted"}""",
            _ when request.Path.StartsWith("/v1/", StringComparison.Ordinal) =>
                $$$"""{"error":{"message":{{{Quote(message)}}},"type":"{{{kind}}}","param":null,"code":null}}""",
            _ => $$"""{"error":{{Quote(message)}}}""",
        };
        string? wait = retryAfter ?? (status == 429 ? "1" : null);
        return await SendAsync(status, "application/json; charset=utf-8", body, wait is null ? "" : $"Retry-After: {wait}\r\n");
    }

    /// <summary>Sends a whole JSON body with status 200.</summary>
    public Task<bool> JsonAsync(string body) => SendAsync(200, "application/json; charset=utf-8", body);

    private async Task<bool> ChatAsync()
    {
        ChatQuestion question;
        try
        {
            question = ChatQuestion.Read(request);
        }
        catch (Exception odd) when (odd is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return await ErrorAsync(400, $"invalid body: {odd.GetType().Name}", null);
        }

        if (server.OnlyListedModels && server.Models.All(model => model.Id != question.Model))
        {
            return await ErrorAsync(404, $"model '{question.Model}' not found", null);
        }

        if (request.Path == "/api/chat" && question.Empty)
        {
            return await JsonAsync($$$"""{"model":{{{Quote(question.Model)}}},"created_at":"2026-01-01T00:00:00Z","message":{"role":"assistant","content":""},"done":true,"done_reason":"load"}""");
        }

        ModelWire wire = request.Path switch
        {
            "/api/chat" => new OllamaWire(question.Model),
            "/v1/responses" => new ResponsesWire(question.Model, server.NextId()),
            "/v1/messages" => new MessagesWire(question.Model, $"msg_{server.NextId()}"),
            _ => new ChatCompletionsWire(question.Model, $"chatcmpl-{server.NextId()}", question.IncludeUsage, server.ReasoningField),
        };
        ModelAnswer answer = server.AnswerTo(question.Prompt, question.ToolResults);
        return await new ModelAnswerWriter(this, connection, request, wire, answer, server.EscapeNonAscii, gone).WriteAsync(question.Stream);
    }

    private bool HasKey(string key) =>
        request.Headers.GetValueOrDefault("Authorization") == $"Bearer {key}" || request.Headers.GetValueOrDefault("x-api-key") == key;

    private Task<bool> NotFoundAsync() => ErrorAsync(404, $"no route for {request.Method} {request.Path}", null);

    private async Task<bool> ShowAsync()
    {
        JsonElement body = request.Json;
        string name = body.TryGetProperty("model", out JsonElement model) ? model.GetString()! : body.GetProperty("name").GetString()!;
        return server.Models.FirstOrDefault(listed => listed.Id == name) is { } found
            ? await JsonAsync(ModelLists.Show(found))
            : await ErrorAsync(404, $"model '{name}' not found", null);
    }

    // Source: lmstudio.ai/docs/developer/rest/load: the copy gets an id of its own.
    private async Task<bool> LoadAsync()
    {
        JsonElement body = request.Json;
        string name = body.GetProperty("model").GetString()!;
        if (server.Models.FirstOrDefault(model => model.Id == name) is not { } found)
        {
            return await ErrorAsync(404, $"model '{name}' not found", null);
        }

        int window = body.TryGetProperty("context_length", out JsonElement length) ? length.GetInt32() : found.LoadedContext;
        IReadOnlyList<int> copies = [.. found.Copies ?? (found.Loaded ? [found.LoadedContext] : []), window];
        server.Models = [.. server.Models.Select(model => model == found ? found with { Copies = copies, Loaded = true } : model)];
        string id = copies.Count == 1 ? name : $"{name}:{copies.Count}";
        return await JsonAsync($$"""{"type":"llm","instance_id":{{Quote(id)}},"load_time_seconds":1.5,"status":"loaded"}""");
    }

    private async Task<bool> EmbedAsync(bool openAi)
    {
        switch (server.EmbedFault)
        {
            case ModelFault.ErrorObject:
                return await ErrorAsync(500, "the runner has crashed", null);
            case ModelFault.NoHead:
                await Task.Delay(Timeout.InfiniteTimeSpan, gone);
                return false;
            default:
                break;
        }

        JsonElement body = request.Json;
        JsonElement input = body.GetProperty("input");
        string[] texts = input.ValueKind == JsonValueKind.Array ? [.. input.EnumerateArray().Select(item => item.ToString())] : [input.ToString()];
        string model = Quote(body.GetProperty("model").GetString());
        bool base64 = body.TryGetProperty("encoding_format", out JsonElement format) && format.GetString() == "base64";
        if (!openAi)
        {
            string vectors = Join(texts, (text, _) => Numbers(Vector(text)));
            return await JsonAsync($$"""{"model":{{model}},"embeddings":[{{vectors}}],"total_duration":14143917,"load_duration":1019500,"prompt_eval_count":{{texts.Length * 8}}}""");
        }

        string data = Join(texts, (text, index) =>
            $$"""{"object":"embedding","index":{{index}},"embedding":{{(base64 ? Quote(Convert.ToBase64String(Bytes(Vector(text)))) : Numbers(Vector(text)))}}}""");
        return await JsonAsync($$$"""{"object":"list","data":[{{{data}}}],"model":{{{model}}},"usage":{"prompt_tokens":{{{texts.Length * 8}}},"total_tokens":{{{texts.Length * 8}}}}}""");
    }

    private static string Numbers(float[] vector) => $"[{string.Join(',', vector.Select(value => value.ToString("R", CultureInfo.InvariantCulture)))}]";

    private static byte[] Bytes(float[] vector) => [.. vector.SelectMany(BitConverter.GetBytes)];

    // A unit vector made of the text's letters, so that equal texts are equal and similar texts are near.
    private float[] Vector(string text)
    {
        float[] vector = new float[server.Dimensions];
        for (int i = 0; i < text.Length; i++)
        {
            vector[text[i] % vector.Length] += 1;
        }

        float length = MathF.Sqrt(vector.Sum(value => value * value));
        return [.. vector.Select(value => length == 0 ? value : value / length)];
    }

    private async Task<bool> SendAsync(int status, string type, string body, string headers = "")
    {
        byte[] bytes = Encoding.UTF8.GetBytes(body);
        byte[] head = Encoding.Latin1.GetBytes(
            $"HTTP/1.1 {status} {Reason(status)}\r\nContent-Type: {type}\r\n{headers}Content-Length: {bytes.Length}\r\n\r\n");
        request.MarkFirstPiece();
        await connection.SendAsync(request.Method == "HEAD" ? head : (byte[])[.. head, .. bytes]);
        return true;
    }

    private static string Reason(int status) => status switch
    {
        200 => "OK",
        400 => "Bad Request",
        401 => "Unauthorized",
        404 => "Not Found",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        503 => "Service Unavailable",
        _ => "Other",
    };
}
