using Microsoft.AspNetCore.Http;

namespace OpenClaw.Edge.Http;

/// <summary>Errors of the routes that are the gateway's own: <c>{"ok":false,"error":{"type","message"}}</c>.</summary>
internal static class JsonRefusal
{
    /// <summary>Answers with the error.</summary>
    public static Task AnswerAsync(HttpContext context, int status, string type, string message) =>
        HttpAnswer.JsonAsync(context, status, (type, message), static (json, error) =>
        {
            json.WriteStartObject();
            json.WriteBoolean("ok"u8, false);
            json.WriteStartObject("error"u8);
            json.WriteString("type"u8, error.type);
            json.WriteString("message"u8, error.message);
            json.WriteEndObject();
            json.WriteEndObject();
        });
}
