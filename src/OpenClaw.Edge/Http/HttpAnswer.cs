using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using OpenClaw.Edge.Platform;

namespace OpenClaw.Edge.Http;

/// <summary>Writes the small whole answers: JSON objects, errors in OpenAI's shape, and the two plain texts.</summary>
internal static class HttpAnswer
{
    public const string JsonType = "application/json; charset=utf-8";
    public const string TextType = "text/plain; charset=utf-8";

    private static readonly byte[] NotFound = """{"error":{"message":"Not Found","type":"not_found"}}"""u8.ToArray();

    /// <summary>The answer of a path that nothing is behind: JSON, never a page, so that a health checker on a wrong path
    /// sees it.</summary>
    public static Task NotFoundAsync(HttpContext context) =>
        BytesAsync(context, StatusCodes.Status404NotFound, JsonType, NotFound);

    /// <summary>405 as the original writes it: plain text and <c>Allow</c>.</summary>
    public static Task MethodNotAllowedAsync(HttpContext context, string allow)
    {
        context.Response.Headers.Allow = allow;
        return BytesAsync(context, StatusCodes.Status405MethodNotAllowed, TextType, "Method Not Allowed"u8.ToArray());
    }

    /// <summary>An error in OpenAI's shape, <c>{"error":{"message","type"}}</c>, plus <c>code</c> where clients match on
    /// it.</summary>
    public static Task ErrorAsync(HttpContext context, int status, string type, string message, string? code = null) =>
        JsonAsync(context, status, (type, message, code), static (json, error) =>
        {
            json.WriteStartObject();
            WriteError(json, error.type, error.message, error.code);
            json.WriteEndObject();
        });

    /// <summary>400 with a sentence that says what is wrong in the request.</summary>
    public static Task BadRequestAsync(HttpContext context, string message) =>
        ErrorAsync(context, StatusCodes.Status400BadRequest, "invalid_request_error", message);

    /// <summary>The answer to new work while the gateway drains.</summary>
    public static Task StoppingAsync(HttpContext context)
    {
        context.Response.Headers.RetryAfter = "2"; // guess: an idle stop and a start take less
        context.Response.Headers.Connection = "close";
        return ErrorAsync(
            context, StatusCodes.Status503ServiceUnavailable, "api_error",
            "The gateway is shutting down: turns that run may end, new ones are not taken. Try again soon.", "gateway_draining");
    }

    /// <summary>The answer to new work while memory is short.</summary>
    public static Task OverloadedAsync(HttpContext context)
    {
        context.Response.Headers.RetryAfter = ((int)MemoryPressure.RetryAfter.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        return ErrorAsync(
            context, StatusCodes.Status503ServiceUnavailable, "api_error",
            "The gateway is short of memory: what runs goes on, nothing new is begun. Try again soon.", "memory_pressure");
    }

    /// <summary>The <c>error</c> member alone, for bodies that carry more and for events of a stream.</summary>
    public static void WriteError(Utf8JsonWriter json, string type, string message, string? code = null)
    {
        json.WriteStartObject("error"u8);
        json.WriteString("message"u8, message);
        json.WriteString("type"u8, type);
        if (code is not null)
        {
            json.WriteString("code"u8, code);
        }

        json.WriteEndObject();
    }

    /// <summary>A JSON body of known length, written by <paramref name="write"/>.</summary>
    public static Task JsonAsync<T>(HttpContext context, int status, T state, Action<Utf8JsonWriter, T> write)
    {
        ArrayBufferWriter<byte> body = new(512);
        using (Utf8JsonWriter json = new(body, WireJson.Relaxed))
        {
            write(json, state);
        }

        return BytesAsync(context, status, JsonType, body.WrittenMemory);
    }

    /// <summary>Plain text of known length.</summary>
    public static Task TextAsync(HttpContext context, int status, string text) =>
        BytesAsync(context, status, TextType, Encoding.UTF8.GetBytes(text));

    /// <summary>A body of known length; to HEAD only its headers.</summary>
    public static async Task BytesAsync(HttpContext context, int status, string contentType, ReadOnlyMemory<byte> body)
    {
        HttpResponse response = context.Response;
        response.StatusCode = status;
        response.ContentType = contentType;
        response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await response.BodyWriter.WriteAsync(body, context.RequestAborted);
        }
    }
}
