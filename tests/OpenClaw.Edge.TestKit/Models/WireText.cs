using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace OpenClaw.Edge.TestKit.Models;

/// <summary>Small pieces of JSON text for the wires, which write their messages by hand so that they are the documented ones to the letter.</summary>
internal static class WireText
{
    public static void Put(this ArrayBufferWriter<byte> to, string text) => Encoding.UTF8.GetBytes(text, to);

    /// <summary>The JSON string literal of <paramref name="text"/>, quotes included; <c>null</c> for null.</summary>
    public static string Quote(string? text, bool ascii = false) => text is null ? "null" : $"\"{Escape(text, ascii)}\"";

    /// <summary>The inside of the JSON string literal; with <paramref name="ascii"/> everything else is written as <c>\u</c> escapes.</summary>
    public static string Escape(string text, bool ascii = false) =>
        JsonEncodedText.Encode(text, ascii ? JavaScriptEncoder.Default : JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString();

    public static string Join<T>(IEnumerable<T> items, Func<T, int, string> text) => string.Join(',', items.Select(text));
}
