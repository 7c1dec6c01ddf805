using System.Text;
using System.Text.Encodings.Web;

namespace OpenClaw.Edge.Tools;

/// <summary>Text of files as tools treat it.</summary>
internal static class ToolText
{
    private const int SniffBytes = 8192; // as git does to tell binary from text

    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Escapes what JSON demands and leaves letters of all scripts readable.</summary>
    public static JavaScriptEncoder Readable => JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    /// <summary>Whether bytes look like something other than text: a NUL near the start.</summary>
    public static bool LooksBinary(ReadOnlySpan<byte> content) =>
        content[..Math.Min(SniffBytes, content.Length)].Contains((byte)0);

    /// <summary>Reads bytes as UTF-8, without a byte-order mark. False when they are not UTF-8 text.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> content, out string text)
    {
        text = "";
        if (LooksBinary(content))
        {
            return false;
        }

        try
        {
            text = s_strict.GetString(content.StartsWith("\uFEFF"u8) ? content[3..] : content);
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }

    /// <summary>The media type of an image by its first bytes; null for anything else.</summary>
    public static string? ImageType(ReadOnlySpan<byte> head) =>
        head.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G']) ? "image/png"
        : head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]) ? "image/jpeg"
        : head.StartsWith("GIF8"u8) ? "image/gif"
        : head.Length > 11 && head.StartsWith("RIFF"u8) && head[8..].StartsWith("WEBP"u8) ? "image/webp"
        : null;
}
