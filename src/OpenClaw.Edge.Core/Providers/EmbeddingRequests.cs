using System.Text.Json;
using OpenClaw.Edge.Protocol.Gateway;

namespace OpenClaw.Edge.Providers;

/// <summary>Writes embedding requests. Stateless.</summary>
internal static class EmbeddingRequests
{
    /// <summary>Body of <c>/api/embed</c>.</summary>
    public static ReadOnlyMemory<byte> Ollama(string model, IReadOnlyList<string> inputs, int? dimensions) =>
        Write(model, inputs, dimensions, openAi: false);

    /// <summary>Body of <c>/v1/embeddings</c>.</summary>
    public static ReadOnlyMemory<byte> OpenAi(string model, IReadOnlyList<string> inputs, int? dimensions) =>
        Write(model, inputs, dimensions, openAi: true);

    private static ReadOnlyMemory<byte> Write(string model, IReadOnlyList<string> inputs, int? dimensions, bool openAi)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, RequestJson.Options))
        {
            json.WriteStartObject();
            json.WriteString("model"u8, model);
            json.WriteTexts("input"u8, inputs);
            if (dimensions is { } wanted)
            {
                json.WriteNumber("dimensions"u8, wanted);
            }

            if (openAi)
            {
                json.WriteString("encoding_format"u8, "float"u8);
            }

            json.WriteEndObject();
        }

        return stream.ToArray();
    }
}
