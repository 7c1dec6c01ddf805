using System.Text.Json;
using System.Text.Json.Serialization;

namespace OpenClaw.Edge.Protocol.Gateway;

/// <summary>Reads and writes <see cref="MessageContent"/> as a string or an array.</summary>
public sealed class MessageContentConverter : JsonConverter<MessageContent>
{
    /// <inheritdoc />
    public override MessageContent Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            return MessageContent.Of(reader.GetString()!);
        }

        ContentPart[]? parts = JsonSerializer.Deserialize(ref reader, TranscriptJson.Default.ContentPartArray);
        return MessageContent.Of(parts ?? []);
    }

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, MessageContent value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(value);
        if (value.Text is not null)
        {
            writer.WriteStringValue(value.Text);
            return;
        }

        ContentPart[] parts = value.Parts as ContentPart[] ?? [.. value.Parts ?? []];
        JsonSerializer.Serialize(writer, parts, TranscriptJson.Default.ContentPartArray);
    }
}
