using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Providers;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary>Reads the <c>attachments</c> of a message: images, base64 or as a data URL.</summary>
internal static class ChatAttachments
{
    private const int MaxImages = 8; // docs/protocol.md, chat completions

    /// <summary>Reads them; false with the reason when one can not be used.</summary>
    public static bool TryRead(
        MethodCall call,
        out IReadOnlyList<PromptImage> images,
        [NotNullWhen(false)] out GatewayError? error)
    {
        images = [];
        error = null;
        if (!call.Params.TryGetProperty("attachments", out JsonElement list) || list.GetArrayLength() == 0)
        {
            return true;
        }

        var read = new List<PromptImage>();
        foreach (JsonElement item in list.EnumerateArray())
        {
            error = read.Count >= MaxImages
                ? GatewayError.Invalid($"too many attachments: at most {MaxImages} images")
                : ReadOne(item, read);
            if (error is not null)
            {
                return false;
            }
        }

        images = read;
        return true;
    }

    private static GatewayError? ReadOne(JsonElement item, List<PromptImage> read)
    {
        if (item.ValueKind != JsonValueKind.Object)
        {
            return GatewayError.Invalid("invalid chat.send params: at /attachments: must be object");
        }

        string mime = TextOf(item, "mimeType") ?? "";
        string content = TextOf(item, "content") ?? "";
        if (content.StartsWith("data:", StringComparison.Ordinal))
        {
            int comma = content.IndexOf(',', StringComparison.Ordinal);
            int semicolon = content.IndexOf(';', StringComparison.Ordinal);
            mime = semicolon > 5 ? content[5..semicolon] : mime;
            content = content[(comma + 1)..];
        }

        if (!mime.StartsWith("image/", StringComparison.Ordinal))
        {
            return GatewayError.Invalid($"attachment type not supported: {(mime.Length == 0 ? "unknown" : mime)} (only images)");
        }

        if (content.Length > ProtocolLimits.MaxImageBytes * 4L / 3 || !Base64.IsValid(content))
        {
            return GatewayError.Invalid($"attachment is not base64 or larger than {ProtocolLimits.MaxImageBytes} bytes");
        }

        read.Add(new PromptImage(mime, content));
        return null;
    }

    private static string? TextOf(JsonElement item, string name) =>
        item.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}
