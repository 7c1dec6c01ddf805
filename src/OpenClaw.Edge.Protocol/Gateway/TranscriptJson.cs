using System.Text.Json;
using System.Text.Json.Serialization;

namespace OpenClaw.Edge.Protocol.Gateway;

/// <summary>JSON of transcript messages, on the wire and on disk.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    NumberHandling = JsonNumberHandling.Strict)]
[JsonSerializable(typeof(ChatMessage))]
[JsonSerializable(typeof(ContentPart[]))]
public sealed partial class TranscriptJson : JsonSerializerContext;
