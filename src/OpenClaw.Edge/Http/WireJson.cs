using System.Text.Encodings.Web;
using System.Text.Json;

namespace OpenClaw.Edge.Http;

/// <summary>How this port writes JSON.</summary>
internal static class WireJson
{
    /// <summary>Escapes what JSON needs and nothing else: bodies are served as JSON with nosniff, never inside HTML, and
    /// <c>\u00e4</c> for every umlaut would double the bytes of a streamed answer.</summary>
    public static readonly JsonWriterOptions Relaxed = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };
}
