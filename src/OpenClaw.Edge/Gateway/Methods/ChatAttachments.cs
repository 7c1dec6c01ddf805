using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.Tools;

namespace OpenClaw.Edge.Gateway.Methods;

/// <summary>Reads the <c>attachments</c> of a message: images and, where they are taken, other files; base64 or as a data URL.</summary>
internal static class ChatAttachments
{
    private const int MaxImages = 8; // docs/protocol.md, chat completions
    private const int MaxName = 80;

    /// <summary>Reads images; false with the reason when one can not be used, or when it is none.</summary>
    public static bool TryRead(
        MethodCall call,
        out IReadOnlyList<PromptImage> images,
        [NotNullWhen(false)] out GatewayError? error) => TryRead(call, null, out images, out error);

    /// <summary>Reads them; false with the reason when one can not be used.</summary>
    /// <param name="call">The call.</param>
    /// <param name="files">Takes what is no image; null where only images are taken.</param>
    /// <param name="images">The images.</param>
    /// <param name="error">The reason.</param>
    public static bool TryRead(
        MethodCall call,
        List<AttachedFile>? files,
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
            error = read.Count + (files?.Count ?? 0) >= MaxImages
                ? GatewayError.Invalid($"too many attachments: at most {MaxImages}")
                : ReadOne(item, read, files);
            if (error is not null)
            {
                return false;
            }
        }

        images = read;
        return true;
    }

    private static GatewayError? ReadOne(JsonElement item, List<PromptImage> read, List<AttachedFile>? files)
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
            return files is null
                ? GatewayError.Invalid($"attachment type not supported: {(mime.Length == 0 ? "unknown" : mime)} (only images)")
                : ReadFile(item, mime, content, files);
        }

        if (content.Length > ProtocolLimits.MaxImageBytes * 4L / 3 || !Base64.IsValid(content))
        {
            return GatewayError.Invalid($"attachment is not base64 or larger than {ProtocolLimits.MaxImageBytes} bytes");
        }

        read.Add(new PromptImage(mime, content));
        return null;
    }

    private static GatewayError? ReadFile(JsonElement item, string mime, string content, List<AttachedFile> files)
    {
        string name = TextOf(item, "fileName") ?? TextOf(item, "name") ?? "file";
        if (content.Length > WorkspaceFiles.MaxFileBytes * 4L / 3 + 4 || !Base64.IsValid(content))
        {
            return GatewayError.Invalid($"attachment {Safe(name)} is not base64 or larger than {WorkspaceFiles.MaxFileBytes} bytes");
        }

        files.Add(new AttachedFile(Safe(name), IsMime(mime) ? mime : "application/octet-stream", Convert.FromBase64String(content)));
        return null;
    }

    // A name that can neither leave its folder nor the line that it is told in.
    private static string Safe(string name)
    {
        string last = name[(name.LastIndexOfAny(['/', '\\']) + 1)..].Trim();
        string safe = string.Concat(last.Select(letter => char.IsLetterOrDigit(letter) || letter is '.' or '-' or '_' ? letter : '-')).TrimStart('.', '-');
        safe = safe.Length > MaxName ? safe[^MaxName..] : safe; // its ending tells what it is
        return safe.Length == 0 ? "file" : safe;
    }

    private static bool IsMime(string mime) =>
        mime.Length is > 2 and <= 100 && mime.Contains('/', StringComparison.Ordinal) && mime.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '/' or '.' or '-' or '+');

    private static string? TextOf(JsonElement item, string name) =>
        item.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}
