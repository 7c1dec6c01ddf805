using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace OpenClaw.Edge.Http;

/// <summary>Failures of model servers, told to the caller in OpenAI's shape with the server's name and the fix.</summary>
internal static class UpstreamErrors
{
    private const int MaxErrorBytes = 64 * 1024;
    private const int MaxErrorChars = 1000;

    /// <summary>No answer came at all: 502.</summary>
    public static Task UnreachableAsync(HttpContext context, PassThroughCall call, HttpRequestException exception)
    {
        string why = exception.GetBaseException() switch
        {
            SocketException { SocketErrorCode: SocketError.ConnectionRefused } => "connection refused",
            SocketException { SocketErrorCode: SocketError.HostNotFound } => "host name not found",
            SocketException { SocketErrorCode: SocketError.TimedOut } or TimeoutException => "connection timed out",
            _ => "connection failed",
        };
        return HttpAnswer.ErrorAsync(
            context,
            StatusCodes.Status502BadGateway,
            "api_error",
            $"Model server '{call.Provider}' at {call.Target.BaseUri.Authority} does not answer ({why}). "
                + $"Start it, or correct models.providers.{call.Provider}.baseUrl.",
            "upstream_unreachable");
    }

    /// <summary>The server took the request and sent no head in time: 504.</summary>
    public static Task SilentAsync(HttpContext context, PassThroughCall call) => HttpAnswer.ErrorAsync(
        context,
        StatusCodes.Status504GatewayTimeout,
        "api_error",
        SilenceOf(call, call.Target.FirstByteTimeout),
        "upstream_timeout");

    /// <summary>What to say about a server that sends nothing.</summary>
    public static string SilenceOf(PassThroughCall call, TimeSpan patience) => string.Create(
        CultureInfo.InvariantCulture,
        $"Model server '{call.Provider}' at {call.Target.BaseUri.Authority} sent nothing for {patience.TotalSeconds:0} s. "
            + $"Look at its load, or raise models.providers.{call.Provider}.timeoutSeconds.");

    /// <summary>The server answered with an error: its status stays; its body stays too when it has OpenAI's shape, and comes before the
    /// deadline.</summary>
    public static async Task PassOnAsync(HttpContext context, PassThroughCall call, HttpResponseMessage response, CancellationToken deadline)
    {
        byte[] body = await ReadAsync(response, deadline, context.RequestAborted);
        UpstreamHeaders.CopyWaits(response, context.Response);
        int status = (int)response.StatusCode;
        string? message = null;
        if (IsOpenAiShaped(body, ref message))
        {
            await HttpAnswer.BytesAsync(context, status, HttpAnswer.JsonType, body);
            return;
        }

        message ??= string.Create(CultureInfo.InvariantCulture, $"HTTP {status}");
        string text = $"Model server '{call.Provider}' at {call.Target.BaseUri.Authority}: {message}";
        await HttpAnswer.ErrorAsync(context, status, TypeOf(status), text);
    }

    /// <summary>The server broke off after the caller got headers: an event says so in a stream, else the connection is
    /// cut, so that a part is not taken for the whole.</summary>
    public static async Task BrokeOffAsync(
        HttpContext context, long bytesPassed, string text = "The model server broke off its answer. Ask again.")
    {
        HttpResponse response = context.Response;
        if (!response.HasStarted && bytesPassed == 0)
        {
            response.Headers.Remove("X-Accel-Buffering");
            await HttpAnswer.ErrorAsync(context, StatusCodes.Status502BadGateway, "api_error", text);
        }
        else if (response.ContentType?.StartsWith("text/event-stream", StringComparison.OrdinalIgnoreCase) == true)
        {
            ChatChunkWriter frames = new(response.BodyWriter, "", 0, "");
            response.BodyWriter.Put("\n\n"u8); // ends a frame that was cut in the middle
            frames.Error("api_error", text);
            frames.Done();
            await response.BodyWriter.FlushAsync(context.RequestAborted);
        }
        else
        {
            context.Abort();
        }
    }

    /// <summary>OpenAI's error type for a status.</summary>
    public static string TypeOf(int status) => status switch
    {
        401 => "authentication_error",
        403 => "permission_error",
        404 => "not_found_error",
        429 => "rate_limit_error",
        >= 400 and < 500 => "invalid_request_error",
        _ => "api_error",
    };

    private static async Task<byte[]> ReadAsync(HttpResponseMessage response, CancellationToken deadline, CancellationToken gone)
    {
        byte[] buffer = new byte[MaxErrorBytes];
        int length = 0;
        try
        {
            Stream stream = await response.Content.ReadAsStreamAsync(deadline);
            length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, deadline);
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException or OperationCanceledException && !gone.IsCancellationRequested)
        {
            // The status alone is told then.
        }

        return buffer.AsSpan(0, length).ToArray();
    }

    // Finds the sentence in what servers send: {"error":{…}} (OpenAI), {"error":"…"} (Ollama), {"detail":"…"} (FastAPI),
    // {"message":"…"}, or text.
    private static bool IsOpenAiShaped(byte[] body, ref string? message)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            JsonElement root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                return false;
            }

            foreach (string name in (ReadOnlySpan<string>)["error", "detail", "message"])
            {
                if (root.TryGetProperty(name, out JsonElement value))
                {
                    if (name == "error" && value.ValueKind == JsonValueKind.Object
                        && value.TryGetProperty("message", out JsonElement text) && text.ValueKind == JsonValueKind.String)
                    {
                        return true;
                    }

                    message = Shorten(value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText());
                    return false;
                }
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            string plain = Encoding.UTF8.GetString(body).Trim();
            message = plain.Length == 0 || plain.StartsWith('<') ? null : Shorten(plain);
        }

        return false;
    }

    private static string Shorten(string text) => text.Length <= MaxErrorChars ? text : text[..MaxErrorChars] + "…";
}
